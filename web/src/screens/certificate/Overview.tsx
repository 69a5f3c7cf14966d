// How it is at a glance: trouble first, then what comes next, what is served, the chain.
import type { Certificate } from "@gen/api";
import { Link } from "wouter";
import { useMay } from "@/app/session";
import { Moment } from "@/parts/Moment";
import { Card, Facts, LinkButton } from "@/parts/Page";
import { FailureBox } from "@/parts/Trouble";
import { Words } from "@/parts/Words";
import { Marks } from "@/screens/activity/Marks";
import { RunList } from "@/screens/activity/RunList";
import { WayOut } from "@/screens/activity/WayOut";
import { t } from "@/text";
import { Chain } from "./Chain";
import { LifeLine } from "./LifeLine";
import { Served } from "./Served";

/** More names than this are counted; the tab has them all. */
const NAMES = 8;

export function Overview({ certificate }: { certificate: Certificate }) {
  const operator = useMay("operator");
  const to = `/certificates/${certificate.id}`;
  const names = certificate.identifiers_shown;
  return (
    <div className="grid-main">
      <div className="stack">
        {certificate.last_failure && (
          <FailureBox failure={certificate.last_failure} level={2} actions={operator && <WayOut certificate={certificate} failure={certificate.last_failure} />} />
        )}
        {certificate.removal_offer && <Offer certificate={certificate} mayChange={operator} />}
        {certificate.deployments.map(({ id, last_failure: failure }) => failure && (
          <FailureBox key={id} failure={failure} level={2} actions={operator && (
            <>
              <LinkButton to={`${to}?do=deploy`} size="sm">{t("certificate.deploy")}</LinkButton>
              <LinkButton to={`${to}/edit`} variant="link" size="sm">{t("common.edit")}</LinkButton>
              <LinkButton to={`${to}/log`} variant="link" size="sm">{t("run.log")}</LinkButton>
            </>
          )} />
        ))}
        <Next certificate={certificate} />
        <Served certificate={certificate} />
        <Chain certificate={certificate} />
      </div>
      <div className="stack">
        <Card title={t("certificate.facts")}>
          <Facts facts={[
            [t("certificate.names"), <span className="break">
              <span data-value>{names.slice(0, NAMES).join(", ")}</span>
              {names.length > NAMES && <> <Link href={`${to}/names`}>{t("bulk.andMore", { number: names.length - NAMES })}</Link></>}
            </span>],
            [t("certificates.authority"), <Link href={`/authorities/${certificate.authority}`} data-value>{certificate.authority}</Link>],
            !!certificate.profile && [t("edit.profile"), <span data-value>{certificate.profile}</span>],
            !!certificate.version?.facts && [t("certificate.keyType"), <span data-value>{certificate.version.facts.key_algorithm}</span>],
            certificate.deployments.length > 0 && [t("certificate.deployedTo"), <Link href={`${to}/deployment`} data-value>{certificate.deployments.map(({ target }) => target).join(", ")}</Link>],
            certificate.tags.length > 0 && [t("certificates.tags"), <span className="row">{certificate.tags.map((tag) => <Link key={tag} href={`/certificates?tag=${encodeURIComponent(tag)}`} className="tag" data-value>{tag}</Link>)}</span>],
            !!certificate.notes && [t("edit.notes"), <span className="pre" data-value>{certificate.notes}</span>],
          ]} />
        </Card>
        <RunList title={t("certificate.runs")} query={{ certificate: certificate.id, limit: 30 }} show={4} above={(runs) => <Marks runs={runs} />}
          actions={<Link href={`${to}/history`}>{t("common.showAll")}</Link>} />
      </div>
    </div>
  );
}

/** When the next renewal is, and why then. */
function Next({ certificate }: { certificate: Certificate }) {
  const { paused, next_at: next, next_why: why, asked_at: asked, not_before: notBefore, failures } = certificate;
  return (
    <Card title={t("certificate.next")}>
      <LifeLine certificate={certificate} />
      <Facts facts={[
        [t("certificates.next"), paused ? t("health.paused") : next ? <Moment at={next} kind="both" /> : t("common.none")],
        !!why && !paused && [t("certificate.why"), <span data-value><Words text={why} /></span>],
        !!asked && [t("certificate.asked"), <Moment at={asked} />],
        !!notBefore && notBefore !== next && [t("certificate.notBefore"), <Moment at={notBefore} kind="both" />],
        failures > 0 && [t("certificate.failures"), <span data-value>{failures}</span>],
      ]} />
    </Card>
  );
}

/** Names that hold up the others, and the way to go on without them. */
function Offer({ certificate, mayChange }: { certificate: Certificate; mayChange: boolean }) {
  const offer = certificate.removal_offer;
  if (!offer) return null;
  const left = new Set(offer.identifiers);
  const names = certificate.identifiers.filter((name) => !left.has(name));
  // The failure above says and offers the same.
  const refused = certificate.last_failure?.identifiers ?? [];
  if (names.every((name) => refused.some(({ identifier }) => identifier === name))) return null;
  return (
    <section className="trouble wait">
      <h2>{t("certificate.poisoned", { number: offer.names.length })}</h2>
      <p className="break" data-value>{offer.names.map((name) => Object.values(name)[0]).join(", ")}</p>
      <p>{t("certificate.poisoned.what", { left: offer.identifiers.length })}</p>
      {mayChange && (
        <div className="row">
          <LinkButton to={`/certificates/${certificate.id}/edit?without=${encodeURIComponent(names.join(","))}`} size="sm">{t("certificate.poisoned.edit")}</LinkButton>
        </div>
      )}
    </section>
  );
}
