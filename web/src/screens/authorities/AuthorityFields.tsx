// Parts of the form of an authority: whom to trust, what it can, what its accounts need.
import { Checkbox } from "@patternfly/react-core/dist/esm/components/Checkbox";
import { TextArea } from "@patternfly/react-core/dist/esm/components/TextArea";
import type { Authority, IssuingRoots, NameCount } from "@gen/api";
import { Field, TextField } from "@/parts/Field";
import { SelectField } from "@/parts/Select";
import { KEY_TYPES } from "@/screens/edit/KeyFields";
import { t } from "@/text";
import type { Entry } from "./entry";

export interface Fields {
  entry: Entry;
  set: (changes: Partial<Entry>) => void;
  /** What the service complained about. */
  wrong: (field: string) => string | undefined;
}

export function TrustFields({ entry, set, wrong }: Fields) {
  return (
    <>
      <Pem label={t("authorities.tlsRoots")} help={t("authorities.tlsRoots.help")} wrong={wrong("directory_tls_roots")} value={entry.tlsRoots} change={(tlsRoots) => set({ tlsRoots })} />
      <SelectField<IssuingRoots["kind"]> label={t("authorities.roots")} help={t("authorities.roots.help")} value={entry.roots} onChange={(roots) => set({ roots })}
        options={[["unknown", t("authorities.roots.unknown")], ["public", t("authorities.roots.public")], ["pem", t("authorities.roots.pem")]]} />
      {entry.roots === "pem" && (
        <Pem label={t("authorities.rootsPem")} wrong={wrong("issuing_roots")} value={entry.rootsPem} change={(rootsPem) => set({ rootsPem })} />
      )}
      <TextField label={t("edit.chain")} value={entry.chain} onChange={(chain) => set({ chain })} help={t("edit.chain.help")} wrong={wrong("preferred_chain")} />
    </>
  );
}

function Pem({ label, help, wrong, value, change }: { label: string; help?: string; wrong: string | undefined; value: string; change: (text: string) => void }) {
  return (
    <Field label={label} help={help} wrong={wrong}>
      {(described) => (
        <TextArea {...described} className="mono" rows={3} value={value} placeholder="-----BEGIN CERTIFICATE-----" spellCheck={false} data-value onChange={(_, text) => change(text)} />
      )}
    </Field>
  );
}

export function AbilityFields({ entry, set, wrong, others }: Fields & { others: readonly Authority[] }) {
  const { flags, keys } = entry;
  return (
    <>
      <div className="switches">
        {(Object.keys(flags) as (keyof typeof flags)[]).map((name) => (
          <Checkbox key={name} id={`flag-${name}`} label={t(`authorities.flag.${name}`)} isChecked={flags[name]} onChange={(_, on) => set({ flags: { ...flags, [name]: on } })} />
        ))}
      </div>
      {flags.staging && (
        <div data-value>
          <SelectField label={t("authorities.stagingOf")} value={entry.stagingOf} onChange={(stagingOf) => set({ stagingOf })} wrong={wrong("staging_of")}
            options={[["", "–"], ...others.map(({ id, title }) => [id, title] as const)]} />
        </div>
      )}
      <div className="pair">
        <SelectField<NameCount> label={t("authorities.nameCount")} value={entry.nameCount} onChange={(nameCount) => set({ nameCount })}
          options={[["several", t("authorities.nameCount.several")], ["one-and-www", t("authorities.nameCount.www")], ["one", t("authorities.nameCount.one")]]} />
        {entry.nameCount === "several" && <TextField label={t("authorities.most")} value={entry.most} onChange={(most) => set({ most })} inputMode="numeric" wrong={wrong("max_identifiers")} />}
        <TextField label={t("authorities.days")} value={entry.days} onChange={(days) => set({ days })} inputMode="numeric" wrong={wrong("details.lifetime_days")} />
      </div>
      <fieldset className="fields">
        <legend>{t("authorities.keys")}</legend>
        <div className="row">
          {KEY_TYPES.map(([type, words]) => (
            <Checkbox key={type} id={`key-${type}`} label={<span data-value>{words}</span>} isChecked={keys.includes(type)}
              onChange={(_, on) => set({ keys: KEY_TYPES.map(([one]) => one).filter((one) => (one === type ? on : keys.includes(one))) })} />
          ))}
        </div>
        {wrong("key_types") && <p className="tone-bad" data-value>{wrong("key_types")}</p>}
      </fieldset>
    </>
  );
}

export function AccountNeeds({ entry, set, wrong }: Fields) {
  return (
    <>
      <Checkbox id="needs-mail" label={t("authorities.mail")} isChecked={entry.mail} onChange={(_, mail) => set({ mail })} />
      <Checkbox id="needs-binding" label={t("authorities.flag.external_account_required")} isChecked={entry.binding} onChange={(_, binding) => set({ binding })} />
      {entry.binding && (
        <TextField label={t("authorities.bindingHelp")} help={t("authorities.bindingHelp.what")} value={entry.bindingHelp} onChange={(bindingHelp) => set({ bindingHelp })}
          wrong={wrong("details.external_account_help")} />
      )}
    </>
  );
}
