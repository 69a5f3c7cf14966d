// Opening an account: what the authority wants to know, what for, and its terms, which a person agrees to.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Checkbox } from "@patternfly/react-core/dist/esm/components/Checkbox";
import ExternalLinkAltIcon from "@patternfly/react-icons/dist/esm/icons/external-link-alt-icon";
import type { Account, AccountDraft, Authority, Terms } from "@gen/api";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useId, useState } from "react";
import { answer, api } from "@/api/client";
import { useOnce } from "@/api/once";
import { problemOf } from "@/api/problem";
import { useTerms } from "@/app/reads";
import { queries } from "@/app/queries";
import { Form, TextField } from "@/parts/Field";
import { Loaded } from "@/parts/Page";
import { SelectField } from "@/parts/Select";
import { ProblemBox } from "@/parts/Trouble";
import { t } from "@/text";

type Algorithm = "HS256" | "HS384" | "HS512";

export function AccountForm({ authority, done, more, otherwise }: {
  authority: Authority;
  done: (account: Account) => void;
  /** Buttons beside the one that opens the account. */
  more?: ReactNode;
  /** What can be done instead while the authority does not answer. */
  otherwise?: ReactNode;
}) {
  const terms = useTerms(authority.id);
  return (
    <>
      <Loaded query={terms} lines={4}>
        {(value) => <Fields key={authority.id} authority={authority} terms={value} done={done} more={more} />}
      </Loaded>
      {!terms.data && otherwise && <div className="row">{otherwise}</div>}
    </>
  );
}

function Fields({ authority, terms, done, more }: { authority: Authority; terms: Terms; done: (account: Account) => void; more?: ReactNode }) {
  const id = useId();
  const [mail, setMail] = useState("");
  const [agreed, setAgreed] = useState(false);
  const [keyId, setKeyId] = useState("");
  const [key, setKey] = useState("");
  const [algorithm, setAlgorithm] = useState<Algorithm>("HS256");
  const [has, setHas] = useState(false);
  const once = useOnce();
  const binds = terms.external_account_required || authority.external_account_required;
  // Where it is optional it is offered for one's own authorities alone: none of the catalogue makes anything of it.
  const bound = binds || has;
  const { details } = authority;
  const open = useMutation({
    mutationFn: () => {
      const body: AccountDraft = {
        authority: authority.id,
        contact: mail.split(/[\s,;]+/).filter(Boolean),
        terms_agreed: agreed ? terms.terms_of_service : undefined,
        external_account: bound ? { key_id: keyId.trim(), key: key.trim(), algorithm } : undefined,
      };
      return answer(api.POST("/api/v1/accounts", { params: { header: { "Idempotency-Key": once(body) } }, body }));
    },
    onSuccess: (account) => {
      void queries.invalidateQueries({ queryKey: ["accounts"] });
      done(account);
    },
  });
  const problem = open.error ? problemOf(open.error) : undefined;
  const missing = (!!terms.terms_of_service && !agreed) || (bound && (!keyId.trim() || !key.trim())) || (details?.email_required && !mail.trim());
  return (
    <Form onSubmit={(event) => { event.preventDefault(); if (!missing) open.mutate(); }}>
      <TextField label={t("account.mail")} inputMode="email" autoComplete="email" value={mail} onChange={setMail} required={details?.email_required}
        wrong={problem?.about("contact")?.reason}
        help={<>{t("account.mail.what")} {details?.email_required ? t("account.mail.required") : t("account.mail.optional")}</>} />
      {!binds && !authority.built_in && <Checkbox id={`${id}-has`} label={t("account.binding.has")} isChecked={has} onChange={(_, on) => setHas(on)} />}
      {bound && (
        <fieldset className="fields">
          <legend>{t("account.binding")}</legend>
          <p className="soft">
            {binds && t("account.binding.what")} {details?.external_account_help && <span data-value>{details?.external_account_help}.</span>}{" "}
            {details?.website && <a href={details?.website} target="_blank" rel="noreferrer" data-value>{details?.website}</a>}
          </p>
          <TextField label={t("account.keyId")} value={keyId} onChange={setKeyId} autoComplete="off" required wrong={problem?.about("external_account.key_id")?.reason} />
          <TextField label={t("account.key")} value={key} onChange={setKey} type="password" autoComplete="off" required wrong={problem?.about("external_account.key")?.reason}
            help={t("account.key.what")} />
          <SelectField<Algorithm> label={t("account.algorithm")} value={algorithm} onChange={setAlgorithm} options={[["HS256", "HS256"], ["HS384", "HS384"], ["HS512", "HS512"]]} />
        </fieldset>
      )}
      {terms.terms_of_service ? (
        <div className="stack tight">
          <p>
            <Button variant="link" isInline component="a" href={terms.terms_of_service} target="_blank" rel="noreferrer" icon={<ExternalLinkAltIcon />} iconPosition="end">
              {t("account.terms")} <span data-value>{authority.title}</span>
            </Button>
          </p>
          <Checkbox id={`${id}-agree`} label={t("account.agree")} isChecked={agreed} onChange={(_, on) => setAgreed(on)} />
        </div>
      ) : (
        <p className="soft">{t("account.noTerms")}</p>
      )}
      {problem && <ProblemBox error={problem} />}
      <div className="row">
        <Button type="submit" isDisabled={missing || open.isPending} isLoading={open.isPending}>{t("account.open")}</Button>
        {more}
      </div>
    </Form>
  );
}
