// Keys by which clients bind their accounts to a built-in authority. A key is shown once.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import type { ExternalKey, Issuer, NewExternalKey } from "@gen/api";
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { answer, api } from "@/api/client";
import { queries } from "@/app/queries";
import { Dialog } from "@/parts/Dialog";
import { Moment } from "@/parts/Moment";
import { Card, Loaded } from "@/parts/Page";
import { Pager, useOffset } from "@/parts/Pager";
import { t } from "@/text";
import { KeyDialog, MadeKey } from "./KeyDialog";
import { policyText } from "./policies";

const EACH = 10;

export function ExternalKeys({ issuer, mayChange }: { issuer: Issuer; mayChange: boolean }) {
  const [offset, go] = useOffset("keys");
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<NewExternalKey>();
  const [removing, setRemoving] = useState<ExternalKey>();
  const keys = useQuery({
    queryKey: ["issuers", issuer.name, "keys", offset],
    queryFn: () => answer(api.GET("/api/v1/issuers/{issuer}/external-keys", { params: { path: { issuer: issuer.name }, query: { offset, limit: EACH } } })),
    placeholderData: keepPreviousData,
  });
  const refresh = () => void queries.invalidateQueries({ queryKey: ["issuers", issuer.name, "keys"] });
  const remove = useMutation({
    mutationFn: (key: string) => answer(api.DELETE("/api/v1/issuers/{issuer}/external-keys/{key}", { params: { path: { issuer: issuer.name, key } } })),
    onSuccess: () => {
      setRemoving(undefined);
      refresh();
    },
  });
  return (
    <Card title={t("issuer.keys")} flush actions={mayChange && <Button variant="secondary" size="sm" onClick={() => setMaking(true)}>{t("issuer.keys.make")}</Button>}>
      <p className="soft padded">{t("issuer.keys.what")}</p>
      {made && <MadeKey made={made} stored={() => setMade(undefined)} />}
      <Loaded query={keys} lines={2}>
        {({ items, total }) => items.length === 0 ? <p className="soft padded">{t("issuer.keys.none")}</p> : (
          <>
            <table className="plain">
              <thead>
                <tr>
                  <th>{t("account.keyId")}</th>
                  <th className="wide">{t("issuer.keys.policy")}</th>
                  <th className="fit">{t("issuer.state")}</th>
                  {mayChange && <th className="fit"><span className="unseen">{t("certificates.actions")}</span></th>}
                </tr>
              </thead>
              <tbody>
                {items.map((key) => (
                  <tr key={key.id}>
                    <td>
                      <code className="break" data-value>{key.id}</code>
                      <div className="soft">{t("certificate.created")} <Moment at={key.created_at} /></div>
                    </td>
                    <td className="wide break">{policyText(key.policy) ? <span data-value>{policyText(key.policy)}</span> : t("issuer.keys.all")}</td>
                    <td className="fit"><KeyState keyed={key} /></td>
                    {mayChange && <td className="fit"><Button variant="link" isInline isDanger onClick={() => setRemoving(key)}>{t("common.remove")}</Button></td>}
                  </tr>
                ))}
              </tbody>
            </table>
            <Pager offset={offset} total={total} size={EACH} go={go} />
          </>
        )}
      </Loaded>
      {making && <KeyDialog issuer={issuer} close={() => setMaking(false)} made={(key) => { setMaking(false); setMade(key); refresh(); }} />}
      {removing && (
        <Dialog title={t("issuer.keys.remove")} yes={t("common.remove")} danger doing={remove} act={() => remove.mutate(removing.id)} close={() => { setRemoving(undefined); remove.reset(); }}>
          <p><code className="break" data-value>{removing.id}</code></p>
          <p>{removing.account ? t("issuer.keys.remove.bound") : t("issuer.keys.remove.free")}</p>
        </Dialog>
      )}
    </Card>
  );
}

function KeyState({ keyed }: { keyed: ExternalKey }) {
  const over = !!keyed.expires_at && Date.parse(keyed.expires_at) < Date.now();
  return (
    <>
      {keyed.account
        ? <span className="badge tone-good">{t("issuer.keys.used")}</span>
        : <span className={`badge tone-${over ? "calm" : "wait"}`}>{over ? t("issuer.keys.over") : t("issuer.keys.free")}</span>}
      {keyed.account ? <div className="soft"><Moment at={keyed.used_at} /></div>
        : keyed.expires_at && !over && <div className="soft">{t("issuer.keys.until")} <Moment at={keyed.expires_at} /></div>}
    </>
  );
}
