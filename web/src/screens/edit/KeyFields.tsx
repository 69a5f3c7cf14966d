// The key: its type, and where each version's comes from. A key of one's own is sent once and never shown again.
import { TextArea } from "@patternfly/react-core/dist/esm/components/TextArea";
import type { Authority, KeyType } from "@gen/api";
import type { Problem } from "@/api/problem";
import { Field, TextField } from "@/parts/Field";
import { SelectField } from "@/parts/Select";
import { t } from "@/text";
import type { Form, KeySourceKind } from "./form";

/** How each type of key is called. */
export const KEY_TYPES: readonly (readonly [KeyType, string])[] = [
  ["ecdsa-p256", "ECDSA P-256"],
  ["ecdsa-p384", "ECDSA P-384"],
  ["ecdsa-p521", "ECDSA P-521"],
  ["rsa-2048", "RSA 2048"],
  ["rsa-3072", "RSA 3072"],
  ["rsa-4096", "RSA 4096"],
];

export function KeyFields({ form, set, authority, problem }: {
  form: Form;
  set: (changes: Partial<Form>) => void;
  authority: Authority | undefined;
  problem: Problem | undefined;
}) {
  const types = KEY_TYPES.filter(([type]) => !authority?.key_types.length || authority.key_types.includes(type) || type === form.keyType);
  const made = form.keySource === "new" || form.keySource === "reuse";
  const sources: [KeySourceKind, string][] = [
    ["new", t("edit.key.new")], ["reuse", t("edit.key.reuse")], ["own", t("edit.key.own")], ["request", t("edit.key.request")],
  ];
  return (
    <fieldset className="fields">
      <legend>{t("edit.key")}</legend>
      <SelectField label={t("edit.key.source")} value={form.keySource} options={sources} onChange={(keySource) => set({ keySource })} />
      {made && (
        <div data-value>
          <SelectField label={t("edit.key.type")} value={form.keyType} wrong={problem?.about("key_type")?.reason}
            options={[["", t("edit.key.auto")], ...types]} onChange={(keyType) => set({ keyType })} />
        </div>
      )}
      {form.keySource === "request" && (
        <Pem label={t("edit.key.csr")} help={t("edit.key.csr.help")} value={form.request} wrong={problem?.about("certificate_request")?.reason}
          placeholder="-----BEGIN CERTIFICATE REQUEST-----" change={(request) => set({ request })} />
      )}
      {!made && (
        <>
          <Pem label={form.keySource === "own" ? t("edit.key.pem") : t("edit.key.pem.optional")} help={t("edit.key.pem.help")} value={form.privateKey}
            wrong={problem?.about("private_key")?.reason} placeholder="-----BEGIN PRIVATE KEY-----" change={(privateKey) => set({ privateKey })} />
          {/ENCRYPTED/.test(form.privateKey) && (
            <TextField label={t("edit.key.passphrase")} type="password" autoComplete="off" value={form.passphrase} help={t("edit.key.passphrase.help")}
              wrong={problem?.about("private_key_passphrase")?.reason} onChange={(passphrase) => set({ passphrase })} />
          )}
        </>
      )}
    </fieldset>
  );
}

function Pem({ label, help, value, wrong, placeholder, change }: {
  label: string; help: string; value: string; wrong: string | undefined; placeholder: string; change: (text: string) => void;
}) {
  const read = async (files: FileList | null) => {
    const file = files?.[0];
    // A PEM file is small; anything else was chosen by mistake.
    if (file && file.size < 100_000) change(await file.text());
  };
  return (
    <Field label={label} help={help} wrong={wrong}>
      {(described) => (
        <>
          <TextArea {...described} value={value} rows={4} className="mono" placeholder={placeholder} autoComplete="off" spellCheck={false} data-value
            onChange={(_, text) => change(text)} />
          <input type="file" aria-label={t("edit.key.file")} accept=".pem,.key,.csr,.txt" onChange={(event) => void read(event.target.files)} />
        </>
      )}
    </Field>
  );
}
