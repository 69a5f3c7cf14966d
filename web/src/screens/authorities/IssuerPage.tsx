// A built-in authority: its address for clients, what they have to trust, who may ask, what it has issued.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Switch } from "@patternfly/react-core/dist/esm/components/Switch";
import type { Issuer, IssuerChanges } from "@gen/api";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { answer, api } from "@/api/client";
import { Problem } from "@/api/problem";
import { queries } from "@/app/queries";
import { useMay } from "@/app/session";
import { Dialog } from "@/parts/Dialog";
import { TextField } from "@/parts/Field";
import { Empty, LinkButton, Loaded, PageHead } from "@/parts/Page";
import { ProblemBox, sentence } from "@/parts/Trouble";
import { t } from "@/text";
import { IssuerState } from "./BuiltIns";
import { ExternalKeys } from "./ExternalKeys";
import { Issued } from "./Issued";
import { IssuerAbout } from "./IssuerAbout";
import { IssuerClients } from "./IssuerClients";

export function IssuerPage({ name }: { name: string }) {
  const issuer = useQuery({
    queryKey: ["issuers", "one", name],
    queryFn: () => answer(api.GET("/api/v1/issuers/{issuer}", { params: { path: { issuer: name } } })),
  });
  if (issuer.error instanceof Problem && issuer.error.status === 404) {
    return (
      <Empty page title={t("authorities.gone")} actions={<LinkButton to="/authorities">{t("authorities.toList")}</LinkButton>}>
        {t("app.nowhere.why")}
      </Empty>
    );
  }
  return <Loaded query={issuer} lines={8}>{(value) => <Shown issuer={value} />}</Loaded>;
}

function Shown({ issuer }: { issuer: Issuer }) {
  const administrator = useMay("administrator");
  const [, navigate] = useLocation();
  const [deleting, setDeleting] = useState(false);
  const [typed, setTyped] = useState("");
  const params = { path: { issuer: issuer.name }, header: { "If-Match": `"${issuer.revision}"` } };
  const enable = useMutation({
    mutationFn: (enabled: boolean) => answer(api.PATCH("/api/v1/issuers/{issuer}", { params, body: { enabled } as IssuerChanges })),
    onSettled: () => void queries.invalidateQueries({ queryKey: ["issuers"] }),
  });
  const remove = useMutation({
    mutationFn: () => answer(api.DELETE("/api/v1/issuers/{issuer}", { params })),
    onSuccess: () => {
      navigate("/authorities", { replace: true });
      void queries.invalidateQueries({ queryKey: ["issuers"] });
    },
  });
  return (
    <>
      <PageHead title={issuer.title ?? issuer.name} isName above={{ to: "/authorities", title: t("nav.authorities") }} lead={t("issuer.lead.short")}
        badge={<IssuerState issuer={issuer} />}
        actions={administrator && <>
          <Switch id="issuer-enabled" className="head-switch" label={t("issuer.enabled")} isChecked={issuer.enabled} isDisabled={enable.isPending} onChange={(_, on) => enable.mutate(on)} />
          <LinkButton to={`/authorities/built-in/${issuer.name}/edit`}>{t("common.edit")}</LinkButton>
          <Button variant="secondary" isDanger onClick={() => setDeleting(true)}>{t("common.delete")}</Button>
        </>} />
      {!!enable.error && <ProblemBox error={enable.error} />}
      {issuer.enabled && !issuer.mounted && <p className="offer tone-bad">{t("issuer.broken.what")}</p>}
      {issuer.warnings.map((warning) => <p key={warning} className="offer" data-value>{sentence(warning)}</p>)}
      <div className="grid-main">
        <div className="stack">
          <IssuerClients issuer={issuer} />
          <ExternalKeys issuer={issuer} mayChange={administrator} />
          <Issued issuer={issuer.name} />
        </div>
        <IssuerAbout issuer={issuer} />
      </div>
      {deleting && (
        <Dialog title={t("issuer.delete", { name: issuer.title ?? issuer.name })} yes={t("common.delete")} danger doing={remove} disabled={issuer.enabled || typed !== issuer.name}
          act={() => remove.mutate()} close={() => { setDeleting(false); setTyped(""); remove.reset(); }}>
          <p>{t("issuer.delete.what")}</p>
          {issuer.enabled ? <p className="offer">{t("issuer.delete.enabled")}</p> : (
            <TextField label={t("issuer.delete.type", { name: issuer.name })} value={typed} onChange={setTyped} autoComplete="off" spellCheck={false} autoFocus />
          )}
        </Dialog>
      )}
    </>
  );
}
