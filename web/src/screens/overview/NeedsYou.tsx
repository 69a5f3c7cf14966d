// What does not pass by itself, the gravest first: what is wrong, what to do, and where.
import CheckCircleIcon from "@patternfly/react-icons/dist/esm/icons/check-circle-icon";
import type { Certificate, Health, HealthCount, ServiceTrouble } from "@gen/api";
import { useQueries, useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { answer, api } from "@/api/client";
import { HealthBadge } from "@/parts/Health";
import { Moment } from "@/parts/Moment";
import { Card, LinkButton, Skeleton } from "@/parts/Page";
import { Remedy } from "@/parts/Remedy";
import { ProblemBox, sentence } from "@/parts/Trouble";
import { t } from "@/text";

/** The healths that are listed here, the gravest first. */
const GRAVE: Health[] = ["error", "invalid", "waiting-for-person", "warning"];
const EACH = 5;

export function NeedsYou({ certificates, troubles }: { certificates: readonly HealthCount[]; troubles: readonly ServiceTrouble[] }) {
  const numbers = new Map(certificates.map(({ health, number }) => [health, number]));
  const grave = GRAVE.filter((health) => numbers.get(health));
  const lists = useQueries({
    queries: grave.map((health) => ({
      queryKey: ["certificates", "needs-you", health],
      queryFn: () => answer(api.GET("/api/v1/certificates", { params: { query: { health, sort: "not_after", limit: EACH } } })),
    })),
  });
  const incidents = useQuery({
    queryKey: ["incidents", "open"],
    queryFn: () => answer(api.GET("/api/v1/incidents", { params: { query: { open: true, limit: EACH } } })),
    refetchInterval: 60_000,
  });
  const open = incidents.data?.items ?? [];
  const empty = !grave.length && !troubles.length && !open.length;
  if (empty && !certificates.some(({ number }) => number > 0)) return null;
  return (
    <Card title={t("overview.needsYou")}>
      {empty && (
        <p className="row all-well"><CheckCircleIcon className="tone-good" /> {t("overview.allWell")}</p>
      )}
      {open.map((incident) => (
        <article key={incident.id} className="need">
          <p><b data-value>{sentence(incident.words)}</b></p>
          <p className="soft"><b>{t("failure.next")}</b> <span data-value>{sentence(incident.remedy)}</span></p>
          <p className="soft">
            {t("incident.times", { count: incident.count })} · {incident.kind.startsWith("mass-") && <>{t("incident.replaced", { count: incident.resolved })} · </>}{t("incident.since")} <Moment at={incident.first_at} /> · <Link href="/activity/incidents">{t("activity.incidents")}</Link>
          </p>
        </article>
      ))}
      {troubles.map((trouble) => (
        <article key={trouble.about} className="need">
          <p><b data-value>{sentence(trouble.words)}</b></p>
          <p className="soft"><b>{t("failure.next")}</b> <span data-value>{sentence(trouble.remedy)}</span></p>
          <Link href="/system">{t("nav.system")}</Link>
        </article>
      ))}
      {grave.map((health, index) => {
        const list = lists[index];
        const total = numbers.get(health) ?? 0;
        if (list?.error) return <ProblemBox key={health} error={list.error} retry={() => void list.refetch()} />;
        if (!list?.data) return <Skeleton key={health} lines={2} />;
        return (
          <div key={health} className="needs">
            {list.data.items.map((certificate) => <Need key={certificate.id} certificate={certificate} />)}
            {total > EACH && (
              <Link href={`/certificates?health=${health}`}>{t("overview.more", { number: total - EACH })}</Link>
            )}
          </div>
        );
      })}
    </Card>
  );
}

function Need({ certificate }: { certificate: Certificate }) {
  const failure = certificate.last_failure ?? certificate.deployments.find(({ last_failure }) => last_failure)?.last_failure;
  return (
    <article className="need">
      <div className="row">
        <HealthBadge health={certificate.health} />
        <Link href={`/certificates/${certificate.id}`} className="strong" data-value>{certificate.name}</Link>
        {certificate.not_after && (
          <span className="soft">{t("overview.validUntil")} <Moment at={certificate.not_after} /></span>
        )}
        <span className="end"><LinkButton to={`/certificates/${certificate.id}`} variant="link">{t("overview.open")}</LinkButton></span>
      </div>
      <p data-value>{sentence(failure ? `${failure.attempted}: ${failure.answer}` : certificate.health_words)}</p>
      <Remedy certificate={certificate} />
      {failure?.remedy && <p className="soft"><b>{t("failure.next")}</b> <span data-value>{sentence(failure.remedy)}</span></p>}
    </article>
  );
}
