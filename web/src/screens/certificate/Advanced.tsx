// What is seldom looked at: upkeep, how it is ordered, what the authority suggests, everything as the API gives it.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import type { Certificate } from "@gen/api";
import { Link } from "wouter";
import { useMay } from "@/app/session";
import { Copy } from "@/parts/Copy";
import { Moment, span } from "@/parts/Moment";
import { Card, Facts, LinkButton } from "@/parts/Page";
import { KEY_TYPES } from "@/screens/edit/KeyFields";
import { t } from "@/text";
import { hasFailures, useDoing } from "./Actions";
import { Hash } from "./Chain";

export default function Advanced({ certificate }: { certificate: Certificate }) {
  const text = JSON.stringify(certificate, null, 2);
  return (
    <>
      <Upkeep certificate={certificate} />
      <div className="grid-2">
        <Ordering certificate={certificate} />
        <Renewal certificate={certificate} />
      </div>
      <Card>
        <details className="fold">
          <summary><h2>{t("certificate.raw")}</h2></summary>
          <div className="stack tight">
            <div className="row"><Copy text={text} label={t("failure.copy")} /></div>
            <pre className="raw" tabIndex={0} aria-label={t("certificate.raw")} data-value>{text}</pre>
          </div>
        </details>
      </Card>
    </>
  );
}

/** What sets something right by hand. What cannot be done now says why. */
function Upkeep({ certificate }: { certificate: Certificate }) {
  const operator = useMay("operator");
  const [, setDoing] = useDoing();
  const served = !!certificate.version;
  const without = !operator ? t("common.notPermitted", { role: t("role.operator") }) : undefined;
  const acts: ["reset" | "refetch" | "revocation", title: string, what: string, not: string | undefined][] = [
    ["reset", t("certificate.reset"), t("certificate.reset.what"), hasFailures(certificate) ? undefined : t("certificate.reset.none")],
    ["refetch", t("certificate.refetch"), t("certificate.refetch.what"), served ? undefined : t("certificate.versions.none")],
    ["revocation", t("certificate.revocation"), t("certificate.revocation.what"), served ? undefined : t("certificate.versions.none")],
  ];
  return (
    <Card title={t("certificate.upkeep")}>
      <ul className="upkeep">
        {acts.map(([doing, title, what, not]) => (
          <li key={doing}>
            <div className="grow"><b>{title}</b><p className="soft">{what}{(without ?? not) && <> <i>{without ?? not}</i></>}</p></div>
            <Button variant="secondary" size="sm" isDisabled={!!(without ?? not)} onClick={() => setDoing(doing)}>{t(`certificate.${doing}.do`)}</Button>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Edit({ certificate }: { certificate: Certificate }) {
  return useMay("operator") && <LinkButton to={`/certificates/${certificate.id}/edit`} variant="link" size="sm">{t("common.edit")}</LinkButton>;
}

function Ordering({ certificate }: { certificate: Certificate }) {
  const { key_source: source } = certificate;
  const keyName = KEY_TYPES.find(([one]) => one === certificate.key_type)?.[1];
  return (
    <Card title={t("certificate.ordering")} actions={<Edit certificate={certificate} />}>
      <Facts facts={[
        [t("certificates.authority"), <span data-value>{certificate.authority}</span>],
        [t("edit.account"), certificate.account ? <code data-value>{certificate.account}</code> : t("edit.account.newest")],
        [t("edit.profile"), certificate.profile ? <span data-value>{certificate.profile}</span> : t("edit.profile.default")],
        [t("certificate.keySource"), { new: t("edit.key.new"), reuse: t("edit.key.reuse"), own: t("edit.key.own"), request: t("edit.key.request") }[source.kind]],
        [t("certificate.keyType"), keyName ? <span data-value>{keyName}</span> : t("edit.key.auto")],
        [t("edit.lifetime"), certificate.lifetime_seconds ? <span data-value>{span(certificate.lifetime_seconds)}</span> : t("edit.lifetime.default")],
        [t("edit.chain"), certificate.preferred_chain ? <span data-value>{certificate.preferred_chain}</span> : t("edit.chain.default")],
        [t("certificate.id"), <Hash text={certificate.id} />],
      ]} />
    </Card>
  );
}

function Renewal({ certificate }: { certificate: Certificate }) {
  const { renewal, window } = certificate;
  const information = certificate.version?.renewal_information;
  return (
    <Card title={t("edit.renewal")} actions={<Edit certificate={certificate} />}>
      <Facts facts={[
        [t("edit.renewal.when"), !renewal ? t("edit.renewal.settings") : renewal.policy === "share" ? <span data-value>{renewal.percent} %</span>
          : <>{t(renewal.policy === "before-expiry" ? "edit.renewal.before" : "edit.renewal.after")}: <span data-value>{span(renewal.seconds)}</span></>],
        [t("edit.window"), !window ? t("edit.window.default") : window.window === "unrestricted" ? t("edit.window.none") : <span data-value>{window.name}</span>],
        !!information?.start && [t("certificate.suggested"), <><Moment at={information.start} kind="exact" /> – <Moment at={information.end} kind="exact" /></>],
        !!information?.chosen && [t("certificate.drawn"), <Moment at={information.chosen} kind="both" />],
        !!information?.asked_at && [t("certificate.askedAt"), <Moment at={information.asked_at} />],
        !!information?.problem && [t("certificate.askedProblem"), <span className="tone-warn" data-value>{information.problem}</span>],
        !!information?.explanation_url && [t("certificate.explanation"), <a href={information.explanation_url} target="_blank" rel="noreferrer" className="break" data-value>{information.explanation_url}</a>],
        [t("certificate.created"), <Moment at={certificate.created_at} kind="both" />],
        [t("certificate.updated"), <><Moment at={certificate.updated_at} kind="both" /> · <Link href={`/activity/audit?object=${encodeURIComponent(`certificate ${certificate.id}`)}`}>{t("certificate.audit")}</Link></>],
      ]} />
    </Card>
  );
}
