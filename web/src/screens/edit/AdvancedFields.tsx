// What is seldom chosen: renewal, window, key, lifetime, chain, tests, notes. Each says what holds when it is left alone.
import { Checkbox } from "@patternfly/react-core/dist/esm/components/Checkbox";
import { TextArea } from "@patternfly/react-core/dist/esm/components/TextArea";
import type { Authority, Settings } from "@gen/api";
import { useId } from "react";
import type { Problem } from "@/api/problem";
import { Field, TextField } from "@/parts/Field";
import { SelectField } from "@/parts/Select";
import { t } from "@/text";
import type { Form } from "./form";
import { KeyFields } from "./KeyFields";

export function AdvancedFields({ form, set, settings, authority, problem }: {
  form: Form;
  set: (changes: Partial<Form>) => void;
  settings: Settings | undefined;
  authority: Authority | undefined;
  problem: Problem | undefined;
}) {
  const id = useId();
  const wrong = (field: string) => problem?.about(field)?.reason;
  return (
    <>
      <fieldset className="fields">
        <legend>{t("edit.renewal")}</legend>
        <SelectField label={t("edit.renewal.when")} value={form.policy}
          options={[
            ["", settings?.renewal ? t("edit.renewal.settings") : t("edit.renewal.own")],
            ["share", t("edit.renewal.share")],
            ["before-expiry", t("edit.renewal.before")],
            ["after-renewal", t("edit.renewal.after")],
          ]}
          onChange={(policy) => set({ policy, policyValue: { "": "", share: "66", "before-expiry": "30d", "after-renewal": "60d" }[policy] })} />
        {form.policy && (
          <TextField label={form.policy === "share" ? t("edit.renewal.percent") : t("edit.span")} value={form.policyValue} wrong={wrong("renewal")}
            help={t("edit.renewal.floor")} onChange={(policyValue) => set({ policyValue })} />
        )}
        {!!settings?.windows?.length && (
          <SelectField label={t("edit.window")} value={form.window} wrong={wrong("window")} help={t("edit.window.help")}
            options={[["", t("edit.window.default")], ["-", t("edit.window.none")], ...settings.windows.map(({ name }) => [name, name] as const)]}
            onChange={(window) => set({ window })} />
        )}
      </fieldset>
      <KeyFields form={form} set={set} authority={authority} problem={problem} />
      <fieldset className="fields">
        <legend>{t("edit.certificate")}</legend>
        {authority?.chosen_lifetime && (
          <TextField label={t("edit.lifetime")} value={form.lifetime} placeholder={t("edit.lifetime.default")} help={t("edit.span.help")}
            wrong={wrong("lifetime_seconds")} onChange={(lifetime) => set({ lifetime })} />
        )}
        <TextField label={t("edit.chain")} value={form.preferredChain} placeholder={authority?.preferred_chain ?? t("edit.chain.default")}
          help={t("edit.chain.help")} wrong={wrong("preferred_chain")} onChange={(preferredChain) => set({ preferredChain })} />
        {authority?.staging && (
          <Checkbox id={`${id}-staging`} label={t("edit.stagingMayReplace")} description={t("edit.stagingMayReplace.what")}
            isChecked={form.stagingMayReplace} onChange={(_, stagingMayReplace) => set({ stagingMayReplace })} />
        )}
      </fieldset>
      <fieldset className="fields">
        <legend>{t("edit.describe")}</legend>
        <TextField label={t("edit.name")} value={form.name} placeholder={form.identifiers[0]} help={t("edit.name.help")} wrong={wrong("name")}
          onChange={(name) => set({ name })} />
        <TextField label={t("certificates.tags")} value={form.tags} help={t("bulk.tag.help")} wrong={wrong("tags")} onChange={(tags) => set({ tags })} />
        <Field label={t("edit.notes")} wrong={wrong("notes")}>
          {(described) => <TextArea {...described} value={form.notes} rows={3} onChange={(_, notes) => set({ notes })} />}
        </Field>
      </fieldset>
    </>
  );
}
