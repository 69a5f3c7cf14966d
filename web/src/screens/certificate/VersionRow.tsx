// One version: when it was made, how long it is good, where it is served, and what can be done with it.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import AngleDownIcon from "@patternfly/react-icons/dist/esm/icons/angle-down-icon";
import AngleRightIcon from "@patternfly/react-icons/dist/esm/icons/angle-right-icon";
import type { Certificate, Version } from "@gen/api";
import { useState } from "react";
import { Link } from "wouter";
import { useMay } from "@/app/session";
import { Moment } from "@/parts/Moment";
import { Facts, LinkButton } from "@/parts/Page";
import { t, type TextId } from "@/text";
import { Hash } from "./Chain";

export function VersionRow({ version, certificate, act }: {
  version: Version;
  certificate: Certificate;
  act: (what: "roll-back" | "revoke") => void;
}) {
  const operator = useMay("operator");
  const [open, setOpen] = useState(false);
  const { facts, revocation } = version;
  const newest = version.id === certificate.version?.id;
  const served = certificate.deployments.some(({ deployed }) => deployed === version.id);
  const good = !!facts && !revocation && Date.parse(facts.not_after) > Date.now();
  return (
    <li>
      <div className="version-head">
        <div className="what">
          <button type="button" className="link-head" aria-expanded={open} onClick={() => setOpen(!open)}>
            <span className="soft" aria-hidden>{open ? <AngleDownIcon /> : <AngleRightIcon />}</span>
            <b><Moment at={version.published_at ?? version.created_at} kind="both" /></b>
            {newest && <span className="tag">{t("certificate.newest")}</span>}
            {served && <span className="tag good">{t("certificate.isServed")}</span>}
            {version.staging && <span className="tag">{t("certificates.staging")}</span>}
            {revocation && <span className="tag bad">{t("certificate.revoked")}</span>}
            {version.revoking && <span className="tag bad">{t("certificate.revoking")}</span>}
            {version.state !== "published" && <span className="tag">{t(`version.${version.state}` as TextId)}</span>}
          </button>
          <p className="soft version-line">
            {facts ? (
              <>{t("certificate.until")} <Moment at={facts.not_after} kind="date" /> · <span data-value>{facts.key_algorithm} · {facts.issuer}</span></>
            ) : (
              <span data-value>{version.authority}</span>
            )}
          </p>
        </div>
        <div className="row">
          {newest && operator && facts && <LinkButton to="?do=export" variant="link" size="sm">{t("certificate.download")}</LinkButton>}
          {operator && good && !newest && version.state === "published" && (
            <Button variant="link" size="sm" onClick={() => act("roll-back")}>{t("certificate.rollBack")}</Button>
          )}
          {operator && good && <Button variant="link" size="sm" isDanger onClick={() => act("revoke")}>{t("certificate.revoke")}</Button>}
        </div>
      </div>
      {open && (
        <div className="link-body">
          <Facts facts={[
            !!revocation && [t("certificate.revoked"), <><Moment at={revocation.revoked_at} kind="both" /> · {t(`revoke.${revocation.reason}` as TextId)}</>],
            !!facts && [t("certificate.names"), <span className="break" data-value>{facts.identifiers.join(", ")}</span>],
            !!facts && [t("certificate.valid"), <><Moment at={facts.not_before} kind="exact" /> – <Moment at={facts.not_after} kind="exact" /></>],
            !!version.trust && [t("certificate.trust"), <span data-value>{version.trust.words}</span>],
            !!facts && [t("certificate.serial"), <Hash text={facts.serial} />],
            !!facts && [t("certificate.fingerprint"), <Hash text={facts.fingerprint} />],
            [t("certificates.authority"), <span data-value>{version.authority}</span>],
            [t("certificate.privateKey"), version.has_key ? t("certificate.keyIsHere") : t("certificate.keyIsElsewhere")],
            [t("certificate.itsRun"), <Link href={`/activity/runs/${version.run}`}>{t("certificate.lookAtRun")}</Link>],
            [t("certificate.versionId"), <Hash text={version.id} />],
          ]} />
        </div>
      )}
    </li>
  );
}
