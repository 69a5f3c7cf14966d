// What is being done at this moment.
import { useQuery } from "@tanstack/react-query";
import type { Run } from "@gen/api";
import { Link } from "wouter";
import { answer, api } from "@/api/client";
import { Moment } from "@/parts/Moment";
import { Card, Loaded } from "@/parts/Page";
import { sentence } from "@/parts/Trouble";
import { t } from "@/text";

export function RunningNow() {
  const runs = useQuery({
    queryKey: ["runs", "live"],
    queryFn: () => answer(api.GET("/api/v1/runs", { params: { query: { live: true, limit: 6 } } })),
  });
  return (
    <Card title={t("overview.running")} actions={<Link href="/activity">{t("common.showAll")}</Link>}>
      <Loaded query={runs} lines={3}>
        {({ items, total }) =>
          items.length === 0 ? (
            <p className="soft">{t("overview.running.none")}</p>
          ) : (
            <ul className="lines">
              {items.map((run) => <Line key={run.id} run={run} />)}
              {total > items.length && <li className="soft">{t("bulk.andMore", { number: total - items.length })}</li>}
            </ul>
          )
        }
      </Loaded>
    </Card>
  );
}

function Line({ run }: { run: Run }) {
  const over = run.steps.filter(({ mark }) => mark === "done" || mark === "skipped").length;
  const now = run.steps.find(({ mark }) => mark === "begun" || mark === "later");
  return (
    <li>
      <Link href={`/activity/runs/${run.id}`} className="strong" data-value>{run.certificate_name ?? run.certificate}</Link>
      <span className="soft" data-value>{run.target}</span>
      <progress value={over} max={run.steps.length} aria-label={t("overview.running.progress", { over, all: run.steps.length })} />
      <span className="soft grow clip" data-value>{sentence(now?.words ?? run.words)}</span>
      {now?.at && <Moment at={now.at} />}
    </li>
  );
}
