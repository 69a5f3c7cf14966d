// Incidents: what happens to many for the same cause is told once, from its beginning to its end.
import type { Incident } from "@gen/api";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { answer, api } from "@/api/client";
import { Moment } from "@/parts/Moment";
import { Card, Loaded } from "@/parts/Page";
import { PAGE, Pager, useOffset } from "@/parts/Pager";
import { sentence } from "@/parts/Trouble";
import { t } from "@/text";

export function Incidents() {
  const [offset, go] = useOffset();
  const incidents = useQuery({
    queryKey: ["incidents", "list", offset],
    queryFn: () => answer(api.GET("/api/v1/incidents", { params: { query: { offset, limit: PAGE } } })),
    placeholderData: keepPreviousData,
  });
  return (
    <Card title={t("activity.incidents")}>
      <Loaded query={incidents} lines={5}>
        {({ items, total }) => (
          <>
            {items.length === 0 && <p>{t("incident.none")}</p>}
            <ul className="rows-plain">{items.map((incident) => <Line key={incident.id} incident={incident} />)}</ul>
            <Pager offset={offset} total={total} go={go} />
          </>
        )}
      </Loaded>
    </Card>
  );
}

function Line({ incident }: { incident: Incident }) {
  const open = !incident.closed_at;
  return (
    <li>
      <div className="row">
        <span className={`badge tone-${open ? "bad" : "calm"}`}>{open ? t("incident.open") : t("incident.closed")}</span>
        <b className="grow break" data-value>{sentence(incident.words)}</b>
      </div>
      {open && <p className="soft"><b>{t("failure.next")}</b> <span data-value>{sentence(incident.remedy)}</span></p>}
      <p className="soft">
        {t("incident.times", { count: incident.count })} · {incident.kind.startsWith("mass-") && <>{t("incident.replaced", { count: incident.resolved })} · </>}{t("incident.since")} <Moment at={incident.first_at} kind="both" /> · {t("incident.last")} <Moment at={incident.last_at} />
        {incident.closed_at && <> · {t("incident.over")} <Moment at={incident.closed_at} /> <span data-value>{incident.end}</span></>}
      </p>
      {incident.examples.length > 0 && (
        <ul className="refusals">
          {incident.examples.map((example) => (
            <li key={example.name + example.at}>
              {example.certificate ? <Link href={`/certificates/${example.certificate}`} data-value>{example.name}</Link> : <b data-value>{example.name}</b>}{" "}
              <span data-value>{example.words}</span>
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}
