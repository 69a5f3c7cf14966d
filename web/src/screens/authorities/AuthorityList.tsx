// Who can issue: those in use first, then this service's own authorities, then the catalogue to choose from.
import type { Account, Authority, Probe } from "@gen/api";
import { Link } from "wouter";
import { useAccounts, useAuthorities, useCounts, useProbes } from "@/app/reads";
import { useMay } from "@/app/session";
import { Card, LinkButton, Loaded, PageHead } from "@/parts/Page";
import { ProblemBox } from "@/parts/Trouble";
import { t } from "@/text";
import { BuiltIns } from "./BuiltIns";
import { Catalogue } from "./Catalogue";
import { Standing } from "./Standing";

export function AuthorityList() {
  const administrator = useMay("administrator");
  const authorities = useAuthorities();
  const accounts = useAccounts();
  const probes = useProbes();
  const summary = useCounts();
  const counts = new Map(summary.data?.authorities.map(({ word, number }) => [word, number]));
  const of = (id: string) => (accounts.data?.items ?? []).filter(({ authority }) => authority === id);
  const isUsed = ({ id, built_in }: Authority) => of(id).length > 0 || counts.has(id) || !built_in;
  return (
    <>
      <PageHead title={t("nav.authorities")} lead={t("authorities.lead")}
        actions={administrator && <LinkButton to="/authorities/new">{t("authorities.new")}</LinkButton>} />
      {[accounts, probes, summary].filter(({ error }) => error).slice(0, 1).map((failed) => (
        <ProblemBox key="failed" error={failed.error} retry={() => void failed.refetch()} />
      ))}
      <Loaded query={authorities} lines={8}>
        {({ items }) => {
          const used = items.filter(isUsed);
          return (
            <>
              <Card title={t("authorities.used")} flush>
                {used.length === 0 ? <p className="soft padded">{t("authorities.used.none")}</p> : (
                  <table className="plain">
                    <thead>
                      <tr>
                        <th>{t("certificates.authority")}</th>
                        <th className="fit">{t("authorities.accountsHere")}</th>
                        <th className="fit">{t("nav.certificates")}</th>
                        <th className="fit wide">{t("authorities.probe")}</th>
                      </tr>
                    </thead>
                    <tbody>
                      {used.map((one) => (
                        <Row key={one.id} authority={one} accounts={of(one.id)} certificates={counts.get(one.id) ?? 0}
                          probe={probes.data?.items.find(({ authority }) => authority === one.id)} />
                      ))}
                    </tbody>
                  </table>
                )}
              </Card>
              <BuiltIns />
              <Catalogue authorities={items.filter((one) => !isUsed(one))} />
            </>
          );
        }}
      </Loaded>
    </>
  );
}

function Row({ authority, accounts, certificates, probe }: {
  authority: Authority;
  accounts: readonly Account[];
  certificates: number;
  probe: Probe | undefined;
}) {
  const usable = accounts.filter(({ state }) => state === "valid").length;
  return (
    <tr>
      <td>
        <div className="row">
          <Link href={`/authorities/${authority.id}`} className="strong break" data-value>{authority.title}</Link>
          {authority.staging && <span className="tag">{t("certificates.staging")}</span>}
          {!authority.built_in && <span className="tag">{t("authorities.own")}</span>}
          {(authority.details?.disabled || authority.details?.ended) && <span className="badge tone-bad">{t("authorities.disabled")}</span>}
          {accounts.some(({ blocked }) => blocked) && <span className="badge tone-bad">{t("authorities.blocked")}</span>}
        </div>
        <div className="soft break" data-value>{authority.details?.description || authority.directory}</div>
        {probe && <div className="narrow-only"><Standing probe={probe} /></div>}
      </td>
      <td className="fit">
        {usable > 0 ? <span data-value>{usable}</span> : <span className={certificates ? "tone-bad strong" : "soft"}>{t("common.none")}</span>}
      </td>
      <td className="fit">
        {certificates > 0
          ? <Link href={`/certificates?authority=${encodeURIComponent(authority.id)}`} aria-label={t("certificates.count", { shown: certificates })} data-value>{certificates}</Link>
          : <span className="soft" data-value>0</span>}
      </td>
      <td className="fit wide">{probe ? <Standing probe={probe} /> : <span className="soft">{t("authorities.probe.notYet")}</span>}</td>
    </tr>
  );
}
