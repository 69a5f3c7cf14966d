// What handshakes at its endpoints show, beside what should be there: issued is not the goal, served is.
import CheckCircleIcon from "@patternfly/react-icons/dist/esm/icons/check-circle-icon";
import ExclamationCircleIcon from "@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon";
import ExclamationTriangleIcon from "@patternfly/react-icons/dist/esm/icons/exclamation-triangle-icon";
import type { Certificate, Observation } from "@gen/api";
import { useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import { useMay } from "@/app/session";
import { Moment } from "@/parts/Moment";
import { Card, LinkButton, Loaded } from "@/parts/Page";
import { Words } from "@/parts/Words";
import { t } from "@/text";

/** More endpoints than this are shown when somebody asks; what is wrong stands first. */
const SHOWN = 12;

export function Served({ certificate }: { certificate: Certificate }) {
  const operator = useMay("operator");
  const observations = useQuery({
    queryKey: ["certificate", certificate.id, "observations"],
    queryFn: () => answer(api.GET("/api/v1/certificates/{certificate}/observations", { params: { path: { certificate: certificate.id } } })),
  });
  const wrong = (observations.data?.items ?? []).some((one) => !isGood(one));
  return (
    <Card title={t("certificate.served")}
      actions={operator && wrong && !!certificate.version && certificate.deployments.length > 0 && (
        <LinkButton to={`?do=deploy`} size="sm">{t("certificate.deploy")}</LinkButton>
      )}>
      <Loaded query={observations} lines={3}>
        {({ items }) => items.length === 0 ? (
          <p className="soft">{certificate.deployments.length ? t("certificate.served.notYet") : t("certificate.served.nowhere")}</p>
        ) : (
          <Endpoints items={items} />
        )}
      </Loaded>
    </Card>
  );
}

function Endpoints({ items }: { items: readonly Observation[] }) {
  const sorted = [...items].sort((one, other) => Number(isGood(one)) - Number(isGood(other)));
  const rest = sorted.slice(SHOWN);
  return (
    <>
      <ul className="endpoints">{sorted.slice(0, SHOWN).map((one) => <Endpoint key={one.host + one.address} observation={one} />)}</ul>
      {rest.length > 0 && (
        <details className="fold">
          <summary>{t("bulk.andMore", { number: rest.length })}</summary>
          <ul className="endpoints">{rest.map((one) => <Endpoint key={one.host + one.address} observation={one} />)}</ul>
        </details>
      )}
    </>
  );
}

function isGood({ served, problem, matching, trust }: Observation): boolean {
  return served && !problem && matching && trust?.verdict !== "untrusted";
}

function Endpoint({ observation }: { observation: Observation }) {
  const { served, problem, trust } = observation;
  const Icon = isGood(observation) ? CheckCircleIcon : served ? ExclamationTriangleIcon : ExclamationCircleIcon;
  return (
    <li>
      <span className={`tone-${isGood(observation) ? "good" : served ? "warn" : "bad"}`} aria-hidden><Icon /></span>
      <div className="grow">
        <div className="row apart">
          <span><b className="break" data-value>{observation.host}</b> <span className="soft" data-value>{observation.address}</span></span>
          <span className="soft small">{t("certificate.served.seen")} <Moment at={observation.at} /></span>
        </div>
        <div>
          {served ? t("certificate.served.newest") : problem ? t("certificate.served.problem") : t("certificate.served.other")}
          {!observation.matching && !problem && <span className="tone-bad"> {t("certificate.served.noMatch")}</span>}
          {problem && <span data-value> <Words text={problem} /></span>}
        </div>
        {trust && trust.verdict !== "trusted" && (
          <div className={trust.verdict === "untrusted" ? "tone-bad" : "soft"}>{t(trust.verdict === "untrusted" ? "certificate.untrusted" : "certificate.trustUnknown")} <span data-value>{trust.words}</span></div>
        )}
        {!served && observation.not_after && <div className="soft">{t("certificate.served.itsEnd")} <Moment at={observation.not_after} kind="both" /></div>}
      </div>
    </li>
  );
}
