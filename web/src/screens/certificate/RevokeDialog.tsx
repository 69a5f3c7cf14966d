// Revoking: what it will do is asked of the service first. It cannot be taken back.
import type { Certificate, RevocationReason, RevocationSigner, Version } from "@gen/api";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { answer, api } from "@/api/client";
import { Dialog } from "@/parts/Dialog";
import { TextField } from "@/parts/Field";
import { Skeleton } from "@/parts/Page";
import { SelectField } from "@/parts/Select";
import { PlanLines } from "@/parts/Preview";
import { ProblemBox } from "@/parts/Trouble";
import { Words } from "@/parts/Words";
import { t, type TextId } from "@/text";
import { changed } from "./Dialogs";

const REASONS = ["unspecified", "keyCompromise", "affiliationChanged", "superseded", "cessationOfOperation"] as const satisfies readonly RevocationReason[];

export function RevokeDialog({ certificate, version, close }: { certificate: Certificate; version: Version | null | undefined; close: () => void }) {
  const [reason, setReason] = useState<(typeof REASONS)[number]>("superseded");
  const [by, setBy] = useState<"" | RevocationSigner>("");
  const [typed, setTyped] = useState("");
  const params = { path: { certificate: certificate.id, version: version?.id ?? "" } };
  const ask = (preview: boolean) =>
    answer(api.POST("/api/v1/certificates/{certificate}/versions/{version}/revoke", { params, body: { reason, by: by || null, preview } }));
  const plan = useQuery({ queryKey: ["revoke-preview", params.path, reason, by], queryFn: () => ask(true), enabled: !!version, gcTime: 0, retry: false });
  const revoke = useMutation({
    mutationFn: () => ask(false),
    onSuccess: () => {
      changed();
      close();
    },
  });
  return (
    <Dialog title={t("certificate.revoke.title", { name: certificate.name })} yes={t("certificate.revoke.yes")} danger doing={revoke} act={() => revoke.mutate()} close={close}
      disabled={typed.trim() !== certificate.name || !plan.data} wide>
      <p>{t("certificate.revoke.what")}</p>
      <p className="soft">{t("certificate.serial")} <code data-value>{version?.facts?.serial}</code></p>
      <SelectField label={t("certificate.revoke.reason")} value={reason} onChange={setReason} help={reason === "keyCompromise" ? t("certificate.revoke.compromise") : undefined}
        options={REASONS.map((one) => [one, t(`revoke.${one}` as TextId)] as const)} />
      <SelectField<"" | RevocationSigner> label={t("certificate.revoke.by")} value={by} onChange={setBy}
        options={[["", t("certificate.revoke.auto")], ["account", t("certificate.revoke.account")], ["key", t("certificate.revoke.key")]]} />
      {plan.error ? <ProblemBox error={plan.error} /> : !plan.data ? <Skeleton lines={3} /> : (
        <PlanLines lines={plan.data.plan.map((line) => <span key={line} data-value><Words text={line} /></span>)} />
      )}
      <TextField label={t("certificate.revoke.type", { name: certificate.name })} value={typed} onChange={setTyped} autoComplete="off" />
    </Dialog>
  );
}
