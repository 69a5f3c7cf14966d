// What is done with an account; each says what it means before.
import { Checkbox } from "@patternfly/react-core/dist/esm/components/Checkbox";
import type { Account, AccountCheck, AccountKeyType } from "@gen/api";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { answer, api } from "@/api/client";
import { queries } from "@/app/queries";
import { Dialog } from "@/parts/Dialog";
import { TextField } from "@/parts/Field";
import { Loaded } from "@/parts/Page";
import { sentence } from "@/parts/Trouble";
import { t, type TextId } from "@/text";
import { AccountKeyFields } from "./AccountKeyFields";

export type AccountAct = "check" | "contact" | "agree" | "chain" | "key" | "deactivate" | "delete";

export function AccountDialog({ act, account, close }: { act: AccountAct; account: Account; close: () => void }) {
  const [contact, setContact] = useState(account.contact.join(", "));
  const [chain, setChain] = useState(account.preferred_chain ?? "");
  const [key, setKey] = useState<{ type: AccountKeyType; own: boolean; pem: string }>({ type: account.key_type, own: false, pem: "" });
  const [ends, setEnds] = useState(false);
  const [agreed, setAgreed] = useState(false);
  const [found, setFound] = useState<AccountCheck>();
  const params = { path: { account: account.id } };
  const wantsTerms = act === "agree" || !!found?.new_terms;
  const terms = useQuery({
    queryKey: ["terms", account.authority],
    queryFn: () => answer(api.GET("/api/v1/authorities/{authority}/terms", { params: { path: { authority: account.authority } } })),
    enabled: wantsTerms,
    retry: false,
  });
  const now = terms.data?.terms_of_service;
  const agree = async () => {
    if (now) await answer(api.POST("/api/v1/accounts/{account}/agree", { params, body: { terms: now } }));
  };
  const acts: Record<AccountAct, () => Promise<unknown>> = {
    check: async () => (found?.new_terms ? agree() : setFound(await answer(api.POST("/api/v1/accounts/{account}/check", { params })))),
    contact: () => answer(api.PATCH("/api/v1/accounts/{account}", { params, body: { contact: contact.split(/[\s,;]+/).filter(Boolean) } })),
    agree,
    chain: () => answer(api.PUT("/api/v1/accounts/{account}/preferred-chain", { params, body: { issuer: chain.trim() || null } })),
    key: () => answer(api.POST("/api/v1/accounts/{account}/change-key", { params, body: key.own ? { key: key.pem } : { key_type: key.type } })),
    deactivate: () => answer(api.POST("/api/v1/accounts/{account}/deactivate", { params })),
    delete: () => answer(api.DELETE("/api/v1/accounts/{account}", { params: { ...params, query: { deactivate: ends } } })),
  };
  const isLook = act === "check" && !found;
  const doing = useMutation({
    mutationFn: async () => {
      await acts[act]();
    },
    onSuccess: () => {
      if (!isLook) close();
    },
    // A change of a key that failed half way is seen by looking again.
    onSettled: () => void queries.invalidateQueries({ queryKey: ["accounts"] }),
  });
  const isOver = act === "check" && !!found && !found.new_terms;
  const yes = isOver ? t("common.close") : wantsTerms ? t("account.agree.yes") : t(`account.act.${act}` as TextId);
  return (
    <Dialog title={t(`account.act.${act}` as TextId)} yes={yes} danger={act === "deactivate" || act === "delete"} doing={doing} close={close}
      disabled={(wantsTerms && (!now || !agreed)) || (act === "key" && key.own && !key.pem.trim())}
      act={() => (isOver ? close() : doing.mutate())}>
      <p>{account.contact.length > 0 && <b data-value>{account.contact.join(", ")}: </b>}{t(`account.act.${act}.what` as TextId)}</p>
      {act === "contact" && <TextField label={t("account.mail")} value={contact} onChange={setContact} help={<>{t("account.mail.what")} {t("account.mail.several")}</>} inputMode="email" autoFocus />}
      {act === "chain" && <TextField label={t("edit.chain")} value={chain} onChange={setChain} help={t("edit.chain.help")} autoFocus />}
      {act === "key" && <AccountKeyFields value={key} change={setKey} />}
      {act === "delete" && account.state === "valid" && (
        <Checkbox id="account-ends" label={t("account.delete.deactivate")} description={t("account.delete.deactivate.what")} isChecked={ends} onChange={(_, on) => setEnds(on)} />
      )}
      {found && (
        <div role="status" className="stack tight">
          {found.words.length === 0 && <p className="tone-good strong">{t("account.check.well")}</p>}
          {found.words.map((line) => <p key={line} data-value>{sentence(line)}</p>)}
          {found.new_terms && <p className="offer">{t("account.newTerms")}</p>}
        </div>
      )}
      {wantsTerms && (
        <Loaded query={terms} lines={2}>
          {({ terms_of_service: address }) => !address ? <p className="soft">{t("account.noTerms")}</p> : (
            <div className="stack tight">
              <a href={address} className="break" target="_blank" rel="noreferrer" data-value>{address}</a>
              {address === account.terms_agreed && <p className="soft">{t("account.agree.same")}</p>}
              <Checkbox id="account-agree" label={t("account.agree")} isChecked={agreed} onChange={(_, on) => setAgreed(on)} />
            </div>
          )}
        </Loaded>
      )}
    </Dialog>
  );
}
