// The settings of a built-in authority, as they are made and changed.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Checkbox } from "@patternfly/react-core/dist/esm/components/Checkbox";
import MinusCircleIcon from "@patternfly/react-icons/dist/esm/icons/minus-circle-icon";
import PlusCircleIcon from "@patternfly/react-icons/dist/esm/icons/plus-circle-icon";
import type { IssuerReach } from "@gen/api";
import type { Problem } from "@/api/problem";
import { TextField } from "@/parts/Field";
import { SelectField } from "@/parts/Select";
import { t } from "@/text";
import type { IssuerEntry, ProfileEntry } from "./issuerEntry";

export function IssuerFields({ entry, set, problem, isNew }: {
  entry: IssuerEntry;
  set: (changes: Partial<IssuerEntry>) => void;
  problem: Problem | undefined;
  isNew: boolean;
}) {
  const wrong = (field: string) => problem?.refusals.find((one) => one.field === field || one.field.startsWith(`${field}[`) || one.field.startsWith(`${field}.`))?.reason;
  const change = (at: number, changes: Partial<ProfileEntry>) => set({ profiles: entry.profiles.map((one, index) => (index === at ? { ...one, ...changes } : one)) });
  return (
    <>
      {!entry.anything && (
        <TextField label={t("issuer.policy")} help={isNew ? t("issuer.policy.help") : t("issuer.policy.within")} value={entry.names} onChange={(names) => set({ names })} required
          wrong={wrong("policy")} spellCheck={false} />
      )}
      {!entry.anything && <Checkbox id="issuer-wildcards" label={t("issuer.wildcards")} isChecked={entry.wildcards} onChange={(_, wildcards) => set({ wildcards })} />}
      {isNew && (
        <Checkbox id="issuer-anything" label={t("issuer.anything")} description={t("issuer.anything.what")} isChecked={entry.anything} onChange={(_, anything) => set({ anything })} />
      )}
      <div className="pair">
        <SelectField<IssuerReach["kind"]> label={t("issuer.reach")} value={entry.reach} onChange={(reach) => set({ reach })} help={entry.reach === "network" ? t("issuer.reach.help") : undefined}
          wrong={wrong("reach")} options={[["loopback", t("issuer.reach.loopback")], ["network", t("issuer.reach.network")]]} />
        {entry.reach === "loopback" && (
          <TextField label={t("issuer.port")} help={t("issuer.port.help")} value={entry.port} onChange={(port) => set({ port })} inputMode="numeric" wrong={wrong("reach.challenge_port")} />
        )}
      </div>
      {entry.reach === "loopback" && <Checkbox id="issuer-binding" label={t("issuer.binding")} isChecked={entry.binding} onChange={(_, binding) => set({ binding })} />}
      <div className="pair">
        <TextField label={t("edit.lifetime")} help={t("issuer.lifetime.help")} value={entry.lifetime} onChange={(lifetime) => set({ lifetime })} wrong={wrong("lifetime_seconds")} />
        <TextField label={t("issuer.terms")} help={t("issuer.terms.help")} type="url" value={entry.terms} onChange={(terms) => set({ terms })} wrong={wrong("terms_of_service")} />
      </div>
      <fieldset className="fields">
        <legend>{t("issuer.profiles")}</legend>
        <p className="soft">{t("issuer.profiles.what")}</p>
        {entry.profiles.map((profile, index) => (
          <div key={index} className="limit-row">
            <TextField label={t("issuer.profile.name")} value={profile.name} onChange={(name) => change(index, { name })} spellCheck={false} />
            <TextField label={t("edit.lifetime")} value={profile.span} onChange={(span) => change(index, { span })} data-value placeholder="6d" wrong={wrong(`profiles.${profile.name}`)} />
            <TextField label={t("edit.describe")} value={profile.description} onChange={(description) => change(index, { description })} />
            <Button variant="plain" icon={<MinusCircleIcon />} aria-label={t("issuer.profile.remove", { name: profile.name || String(index + 1) })}
              onClick={() => set({ profiles: entry.profiles.filter((_, other) => other !== index) })} />
          </div>
        ))}
        <div>
          <Button variant="link" isInline icon={<PlusCircleIcon />} onClick={() => set({ profiles: [...entry.profiles, { name: "", span: "6d", description: "" }] })}>{t("issuer.profile.add")}</Button>
        </div>
      </fieldset>
    </>
  );
}
