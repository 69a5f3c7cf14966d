// What is known of an authority: its addresses, what it can, what is odd about it.
import type { Authority } from "@gen/api";
import type { ReactNode } from "react";
import { Copy } from "@/parts/Copy";
import { Card, Facts } from "@/parts/Page";
import { sentence } from "@/parts/Trouble";
import { KEY_TYPES } from "@/screens/edit/KeyFields";
import { t } from "@/text";
import { most } from "./Catalogue";

export function About({ authority }: { authority: Authority }) {
  const { details, issuing_roots: roots } = authority;
  const link = (address: string | null | undefined): ReactNode =>
    address && <a href={address} className="break" target="_blank" rel="noreferrer" data-value>{address}</a>;
  const keys = KEY_TYPES.filter(([type]) => authority.key_types.includes(type)).map(([, words]) => words);
  const yes = (is: boolean | undefined) => (is ? t("common.yes") : t("common.no"));
  const named = authority.profiles.filter(({ name }) => name);
  return (
    <>
      {!!details?.quirks?.length && (
        <Card title={t("authorities.quirks")}>
          <ul className="notes">
            {details.quirks.map(({ words, before_ordering }) => (
              <li key={words} className={before_ordering ? "strong" : undefined} data-value>{sentence(words)}.</li>
            ))}
          </ul>
        </Card>
      )}
      <Card title={t("authorities.about")}>
        <div className="big-copy">
          <span className="unseen">{t("authorities.directory")}</span>
          <code className="grow" data-value>{authority.directory}</code>
          <Copy text={authority.directory} name={t("issuer.copyDirectory")} />
        </div>
        <Facts facts={[
          [t("authorities.id"), <code data-value>{authority.id}</code>],
          !!details?.website && [t("authorities.website"), link(details.website)],
          !!details?.status && [t("authorities.status"), link(details.status)],
          !!details?.terms && [t("authorities.terms"), link(details.terms)],
          !!details?.privacy && [t("authorities.privacy"), link(details.privacy)],
          [t("authorities.most"), <span data-value>{most(authority)}</span>],
          [t("authorities.wildcards"), yes(details?.wildcards !== false)],
          [t("authorities.addresses"), yes(authority.profiles.some(({ ip_addresses }) => ip_addresses))],
          authority.internal_names && [t("authorities.internal"), yes(true)],
          !!details?.lifetime_days && [t("authorities.valid"), t("settings.tokens.days", { days: details.lifetime_days })],
          authority.chosen_lifetime && [t("authorities.chosen"), yes(true)],
          details?.reuses_validations && [t("authorities.reuses"), yes(true)],
          named.length > 0 && [t("authorities.profiles"), (
            <ul className="bare">
              {named.map((profile) => (
                <li key={profile.name}>
                  <b data-value>{profile.name}</b> <span className="soft">{t("authorities.profile.names", { most: profile.max_identifiers })}{profile.ip_addresses && `, ${t("authorities.addresses")}`}</span>
                </li>
              ))}
            </ul>
          )],
          [t("authorities.keys"), <span data-value>{keys.join(", ")}</span>],
          [t("authorities.roots"), t(`authorities.roots.${roots.kind}`)],
          !!authority.directory_tls_roots && [t("authorities.tlsRoots"), t("authorities.tlsRoots.own")],
          !!authority.preferred_chain && [t("edit.chain"), <span data-value>{authority.preferred_chain}</span>],
          !!details?.pace && [t("authorities.pace"), t("authorities.pace.words", {
            open: details.pace.open_orders ?? 100, account: details.pace.open_orders_of_account ?? 50, second: details.pace.orders_per_second ?? 10,
          })],
          (!!authority.catalogue?.pace || !!authority.catalogue?.rate_limits) && [t("authorities.set"), [
            authority.catalogue.rate_limits && t("authorities.limits"), authority.catalogue.pace && t("authorities.pace"),
          ].filter(Boolean).join(", ")],
        ]} />
      </Card>
    </>
  );
}
