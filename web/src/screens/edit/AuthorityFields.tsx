// Who issues it: the authority, the account, the profile.
import type { Account, Authority } from "@gen/api";
import { Link } from "wouter";
import type { Problem } from "@/api/problem";
import { SelectField } from "@/parts/Select";
import { t } from "@/text";
import type { Form } from "./form";

/** Those with an account first. */
export function ordered(authorities: readonly Authority[], accounts: readonly Account[]): Authority[] {
  const has = new Set(accounts.map(({ authority }) => authority));
  return [...authorities].sort((one, other) => Number(has.has(other.id)) - Number(has.has(one.id)) || one.title.localeCompare(other.title));
}

export function AuthorityFields({ form, set, authorities, accounts, problem }: {
  form: Form;
  set: (changes: Partial<Form>) => void;
  authorities: readonly Authority[];
  accounts: readonly Account[];
  problem: Problem | undefined;
}) {
  const has = new Set(accounts.map(({ authority }) => authority));
  const chosen = authorities.find(({ id }) => id === form.authority);
  const its = accounts.filter(({ authority }) => authority === form.authority);
  const profiles = (chosen?.profiles ?? []).filter(({ name }) => name);
  return (
    <fieldset className="fields">
      <legend>{t("edit.authority")}</legend>
      <div data-value>
        <SelectField label={t("edit.authority.which")} value={form.authority} wrong={problem?.about("authority")?.reason}
          options={ordered(authorities.filter(({ id, details }) => !details?.disabled || id === form.authority), accounts).map(({ id, title, staging }) =>
            [id, `${title}${staging ? ` (${t("certificates.staging")})` : ""}${has.has(id) ? "" : ` – ${t("edit.authority.noAccount")}`}`] as const)}
          onChange={(authority) => set({ authority, account: "", profile: "" })} />
      </div>
      {chosen && its.length === 0 && (
        <p className="offer">
          {t("edit.authority.needsAccount")} <Link href={`/authorities/${chosen.id}`}>{t("edit.authority.openAccount")}</Link>
        </p>
      )}
      {its.length > 1 && (
        <SelectField label={t("edit.account")} value={form.account} wrong={problem?.about("account")?.reason}
          options={[["", t("edit.account.newest")], ...its.map(({ id, contact }) => [id, contact[0] ?? id] as const)]}
          onChange={(account) => set({ account })} />
      )}
      {profiles.length > 1 && (
        <SelectField label={t("edit.profile")} value={form.profile} help={t("edit.profile.help")} wrong={problem?.about("profile")?.reason}
          options={[["", t("edit.profile.default")], ...profiles.map(({ name }) => [name, name] as const)]}
          onChange={(profile) => set({ profile })} />
      )}
      {form.profile && (
        <SelectField label={t("edit.profile.missing")} value={form.profileMissing}
          options={[["require", t("edit.profile.require")], ["fall-back", t("edit.profile.fallBack")]]}
          onChange={(profileMissing) => set({ profileMissing })} />
      )}
    </fieldset>
  );
}
