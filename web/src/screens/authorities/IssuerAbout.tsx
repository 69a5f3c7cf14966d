// What a built-in authority may certify, for how long, and the two certificates that it signs with.
import type { Issuer, IssuerCertificate } from "@gen/api";
import { Copy } from "@/parts/Copy";
import { Moment, span } from "@/parts/Moment";
import { Card, Facts } from "@/parts/Page";
import { t } from "@/text";
import { binds, policyText } from "./policies";

export function IssuerAbout({ issuer }: { issuer: Issuer }) {
  const { settings, constraints } = issuer;
  const { policy, reach } = settings;
  const profiles = Object.entries(settings.profiles ?? {});
  const within = constraints ? [...constraints.names, ...constraints.networks].join(" ") : "";
  return (
    <div className="stack">
      <Card title={t("authorities.about")}>
        <Facts facts={[
          [t("issuer.policy"), policy?.anything ? <b className="tone-warn">{t("issuer.anything")}</b> : <span className="break" data-value>{policy ? policyText(policy) : ""}</span>],
          !policy?.anything && [t("authorities.wildcards"), policy?.wildcards ? t("common.yes") : t("common.no")],
          [t("issuer.constraints"), within ? <span className="break" data-value>{within}</span> : t("issuer.constraints.none")],
          [t("issuer.reach"), reach?.kind === "network" ? t("issuer.reach.network") : t("issuer.reach.loopback")],
          reach?.kind === "loopback" && [t("issuer.port"), <span data-value>{reach.challenge_port ?? 80}</span>],
          [t("issuer.keys"), binds(settings) ? t("common.required") : t("common.optional")],
          [t("edit.lifetime"), <span data-value>{span(settings.lifetime_seconds ?? 0)}</span>],
          profiles.length > 0 && [t("issuer.profiles"), (
            <ul className="bare" data-value>
              {profiles.map(([name, profile]) => <li key={name}><b>{name}</b> {span(profile.lifetime_seconds)} {profile.description !== name && <span className="soft">{profile.description}</span>}</li>)}
            </ul>
          )],
          !!settings.terms_of_service && [t("issuer.terms"), <a href={settings.terms_of_service} className="break" target="_blank" rel="noreferrer" data-value>{settings.terms_of_service}</a>],
          [t("certificate.created"), <Moment at={issuer.created_at} kind="date" />],
        ]} />
      </Card>
      <Signer title={t("issuer.rootName")} certificate={issuer.root} />
      <Signer title={t("issuer.intermediate")} certificate={issuer.intermediate} />
    </div>
  );
}

function Signer({ title, certificate }: { title: string; certificate: IssuerCertificate }) {
  return (
    <Card title={title} actions={<Copy text={certificate.pem} label={t("certificate.copyPem")} />}>
      <Facts facts={[
        [t("certificate.subject"), <span className="break" data-value>{certificate.subject}</span>],
        [t("certificate.ends"), <Moment at={certificate.not_after} kind="both" />],
        [t("certificate.fingerprint"), <span className="hash"><code className="break" data-value>{certificate.sha256}</code><Copy text={certificate.sha256} /></span>],
        [t("issuer.sha1"), <code className="break" data-value>{certificate.sha1}</code>],
      ]} />
    </Card>
  );
}
