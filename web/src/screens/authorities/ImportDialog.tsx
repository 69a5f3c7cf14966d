// An account that exists already: its private key, and its address if one knows it.
import { TextArea } from "@patternfly/react-core/dist/esm/components/TextArea";
import type { Authority } from "@gen/api";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { answer, api } from "@/api/client";
import { problemOf } from "@/api/problem";
import { queries } from "@/app/queries";
import { Dialog } from "@/parts/Dialog";
import { Field, TextField } from "@/parts/Field";
import { t } from "@/text";

export function ImportDialog({ authority, close }: { authority: Authority; close: () => void }) {
  const [key, setKey] = useState("");
  const [url, setUrl] = useState("");
  const bring = useMutation({
    mutationFn: () => answer(api.POST("/api/v1/accounts/import", { body: { authority: authority.id, key, url: url.trim() || null } })),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["accounts"] });
      close();
    },
  });
  const problem = bring.error ? problemOf(bring.error) : undefined;
  return (
    <Dialog title={t("account.import.title", { authority: authority.title })} yes={t("account.import")} doing={bring} act={() => bring.mutate()} close={close} disabled={!key.trim()}>
      <p>{t("account.import.what")}</p>
      <Field label={t("account.import.key")} help={t("account.import.key.help")} wrong={problem?.about("key")?.reason} required>
        {(described) => <TextArea {...described} className="mono" rows={5} value={key} placeholder="-----BEGIN PRIVATE KEY-----" autoComplete="off" spellCheck={false} data-value onChange={(_, text) => setKey(text)} />}
      </Field>
      <TextField label={t("account.import.url")} help={t("account.import.url.help")} value={url} onChange={setUrl} wrong={problem?.about("url")?.reason} />
    </Dialog>
  );
}
