// The sites that a web server on this machine serves, and which of them no managed certificate covers.
import LockIcon from "@patternfly/react-icons/dist/esm/icons/lock-icon";
import UnlockIcon from "@patternfly/react-icons/dist/esm/icons/lock-open-icon";
import type { Certificate, Site, TargetSites } from "@gen/api";
import { useQuery } from "@tanstack/react-query";
import { Link, useSearchParams } from "wouter";
import { answer, api } from "@/api/client";
import { useMay } from "@/app/session";
import { withWords } from "@/parts/address";
import { HealthIcon, healthWord } from "@/parts/Health";
import { Card, LinkButton } from "@/parts/Page";
import { Pager, useOffset } from "@/parts/Pager";
import { FailureBox } from "@/parts/Trouble";
import { t } from "@/text";

/** Sites on a page, and names that are shown of one. */
const EACH = 50;
const NAMES = 4;

export function Sites({ found, title }: { found: TargetSites; title: string }) {
  const [search, setSearch] = useSearchParams();
  const [offset, go] = useOffset(`${found.target}-sites`);
  // The answer names certificates by their ids; those of this kind of target are asked for once, for names and health.
  const certificates = useQuery({
    queryKey: ["certificates", "of-target", found.target, 0],
    queryFn: () => answer(api.GET("/api/v1/certificates", { params: { query: { target: found.target, limit: 200 } } })),
  });
  const known = new Map(certificates.data?.items.map((one) => [one.id, one]));
  const named = found.sites.filter(({ names }) => names.length);
  const without = named.filter((site) => !site.certificates.length);
  const only = search.get("show") === "without";
  const shown = only ? without : named;
  const show = (what: "without" | undefined) =>
    setSearch((before) => withWords(before, { show: what, [`${found.target}-sites`]: undefined }));
  return (
    <Card title={<span data-value>{title}</span>} flush
      actions={named.length > 0 && (
        <div className="chips" role="group" aria-label={t("targets.show")}>
          <button type="button" className="chip" aria-pressed={!only} onClick={() => show(undefined)}>{t("targets.all")} <span className="number" data-value>{named.length}</span></button>
          <button type="button" className="chip" aria-pressed={only} onClick={() => show("without")}>{t("targets.without")} <span className="number" data-value>{without.length}</span></button>
        </div>
      )}>
      {found.failure && <div className="padded-box"><FailureBox failure={found.failure} /></div>}
      {shown.length === 0 ? <p className="soft padded">{only ? t("targets.without.none") : t("targets.nothing")}</p> : (
        <table className="plain sites-table">
          <thead>
            <tr>
              <th>{t("targets.site")}</th>
              <th className="wide place">{t("targets.place")}</th>
              <th className="fit wide">{t("targets.tls")}</th>
              <th className="fit">{t("targets.certificate")}</th>
            </tr>
          </thead>
          <tbody>{shown.slice(offset, offset + EACH).map((site) => <Row key={site.place + site.names[0]} site={site} known={known} />)}</tbody>
        </table>
      )}
      <Pager offset={offset} total={shown.length} size={EACH} go={go} />
      {found.sites.length > named.length && <p className="soft padded">{t("targets.nameless", { number: found.sites.length - named.length })}</p>}
    </Card>
  );
}

function Row({ site, known }: { site: Site; known: ReadonlyMap<string, Certificate> }) {
  const operator = useMay("operator");
  const [first] = site.names;
  return (
    <tr>
      <td>
        <b className="break" data-value>{first}</b>
        {site.names.length > 1 && (
          <div className="soft break">
            <span data-value>{site.names.slice(1, NAMES + 1).join(", ")}</span>
            {site.names.length > NAMES + 1 && <> {t("bulk.andMore", { number: site.names.length - NAMES - 1 })}</>}
          </div>
        )}
        <div className="narrow-only soft break" data-value>{site.place}</div>
      </td>
      <td className="wide">
        <code className="break" data-value>{site.place}</code>
        <div className="soft break" data-value>{site.addresses.join(", ")}</div>
      </td>
      <td className="fit wide">
        {site.tls
          ? <span className="with-icon"><span className="tone-good" aria-hidden><LockIcon /></span>{t("targets.tls.yes")}</span>
          : <span className="with-icon"><span className="tone-warn" aria-hidden><UnlockIcon /></span>{t("targets.tls.no")}</span>}
      </td>
      <td className="fit">
        {site.certificates.slice(0, 3).map((id) => {
          const certificate = known.get(id);
          return (
            <div key={id} className="with-icon">
              {certificate && <HealthIcon health={certificate.health} />}
              <Link href={`/certificates/${id}`} className="shorten">{certificate ? <span data-value title={healthWord(certificate.health)}>{certificate.name}</span> : t("targets.managed")}</Link>
            </div>
          );
        })}
        {site.certificates.length > 3 && <span className="soft">{t("bulk.andMore", { number: site.certificates.length - 3 })}</span>}
        {!site.certificates.length && (operator
          ? <LinkButton size="sm" to={`/certificates/new?names=${encodeURIComponent(site.names.join(","))}`}>{t("targets.new")}<span className="unseen"> <span data-value>{first}</span></span></LinkButton>
          : <span className="soft">{t("common.none")}</span>)}
      </td>
    </tr>
  );
}
