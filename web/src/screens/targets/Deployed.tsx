// Which certificates deploy to a kind of target, where, and whether a handshake has shown them there.
import CheckCircleIcon from "@patternfly/react-icons/dist/esm/icons/check-circle-icon";
import ClockIcon from "@patternfly/react-icons/dist/esm/icons/clock-icon";
import ExclamationCircleIcon from "@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon";
import type { Certificate, Deployment } from "@gen/api";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { answer, api } from "@/api/client";
import { HealthIcon, healthWord } from "@/parts/Health";
import { Moment } from "@/parts/Moment";
import { Card, Loaded } from "@/parts/Page";
import { Pager, useOffset } from "@/parts/Pager";
import { sentence } from "@/parts/Trouble";
import { t } from "@/text";

const EACH = 20;

export function Deployed({ target, title, number }: { target: string; title: string; number: number }) {
  const [offset, go] = useOffset(`${target}-certificates`);
  const certificates = useQuery({
    queryKey: ["certificates", "deployed", target, offset],
    queryFn: () => answer(api.GET("/api/v1/certificates", { params: { query: { target, offset, limit: EACH } } })),
    placeholderData: keepPreviousData,
  });
  return (
    <Card title={<>{t("targets.deployed")} <span data-value>{title}</span> <span className="soft number" data-value>{number}</span></>} flush
      actions={<Link href={`/certificates?target=${encodeURIComponent(target)}`}>{t("targets.inList")}</Link>}>
      <Loaded query={certificates} lines={3}>
        {({ items, total }) => (
          <>
            <table className="plain">
              <thead>
                <tr>
                  <th>{t("targets.certificate")}</th>
                  <th className="wide">{t("targets.settings")}</th>
                  <th className="fit">{t("issuer.state")}</th>
                </tr>
              </thead>
              <tbody>
                {items.flatMap((certificate) => certificate.deployments.filter((one) => one.target === target).map((deployment) => (
                  <Row key={deployment.id} certificate={certificate} deployment={deployment} />
                )))}
              </tbody>
            </table>
            <Pager offset={offset} total={total} size={EACH} go={go} />
          </>
        )}
      </Loaded>
    </Card>
  );
}

function Row({ certificate, deployment }: { certificate: Certificate; deployment: Deployment }) {
  const settings = Object.entries(deployment.settings);
  return (
    <tr>
      <td>
        <div className="with-icon">
          <HealthIcon health={certificate.health} />
          <Link href={`/certificates/${certificate.id}/deployment`} className="strong break" title={healthWord(certificate.health)} data-value>{certificate.name}</Link>
        </div>
        <div className="soft break" data-value>{certificate.identifiers_shown.slice(0, 3).join(", ")}</div>
      </td>
      <td className="wide">
        {settings.length === 0 ? <span className="soft">{t("targets.settings.default")}</span> : (
          <ul className="bare" data-value>
            {settings.map(([name, value]) => (
              <li key={name} className="break"><span className="soft">{name}</span> <code>{Array.isArray(value) ? value.join(" ") : String(value)}</code></li>
            ))}
          </ul>
        )}
      </td>
      <td className="fit"><State deployment={deployment} /></td>
    </tr>
  );
}

function State({ deployment }: { deployment: Deployment }) {
  if (deployment.failures > 0) {
    return (
      <>
        <span className="badge tone-bad"><ExclamationCircleIcon />{t("targets.failed")}</span>
        {deployment.last_failure && <div className="soft state-words" data-value>{sentence(deployment.last_failure.answer)}</div>}
      </>
    );
  }
  if (deployment.wanted && deployment.wanted !== deployment.deployed) return <span className="badge tone-wait"><ClockIcon />{t("targets.due")}</span>;
  if (!deployment.deployed) return <span className="soft">{t("targets.nothingYet")}</span>;
  return (
    <>
      <span className="badge tone-good"><CheckCircleIcon />{t("targets.serves")}</span>
      {deployment.verified_at && <div className="soft">{t("targets.verified")} <Moment at={deployment.verified_at} /></div>}
    </>
  );
}
