// Runs, the newest first: of everything, or of one certificate.
import type { Run } from "@gen/api";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link } from "wouter";
import { answer, api } from "@/api/client";
import { duration, Moment, Since } from "@/parts/Moment";
import { Card, Loaded } from "@/parts/Page";
import { PAGE, Pager } from "@/parts/Pager";
import { isOver, RunBadge } from "@/parts/RunState";
import { progressOf } from "@/parts/Steps";
import { Words } from "@/parts/Words";
import { t } from "@/text";
import "./activity.css";

export interface RunQuery {
  certificate?: string;
  live?: boolean;
  offset?: number;
  limit?: number;
}

/** A card of runs. Where pages are wanted, `page` says which and how to go to another. */
export function RunList({ title, query, without, empty, page, named, actions, above, show }: {
  title: string;
  query: RunQuery;
  /** This one is not listed. */
  without?: string;
  empty?: ReactNode;
  page?: { offset: number; go: (offset: number) => void };
  /** Whether certificates are named. */
  named?: boolean;
  actions?: ReactNode;
  /** What stands above the list, made of the runs that were read. */
  above?: (runs: readonly Run[]) => ReactNode;
  /** How many rows are shown of those that were read. */
  show?: number;
}) {
  const asked = { ...query, offset: page?.offset, limit: query.limit ?? PAGE };
  const runs = useQuery({
    queryKey: ["runs", asked],
    queryFn: () => answer(api.GET("/api/v1/runs", { params: { query: asked } })),
    placeholderData: keepPreviousData,
  });
  return (
    <Card title={title} actions={actions}>
      <Loaded query={runs} lines={5}>
        {({ items, total }) => {
          const shown = items.filter(({ id }) => id !== without).slice(0, show);
          return (
            <>
              {above?.(items)}
              {shown.length === 0 ? <p className="soft">{empty ?? t("run.none")}</p> : (
                <div className="run-box"><ul className="run-list">{shown.map((run) => <Line key={run.id} run={run} named={named} />)}</ul></div>
              )}
              {page && <Pager offset={page.offset} total={total} size={asked.limit} go={page.go} />}
            </>
          );
        }}
      </Loaded>
    </Card>
  );
}

function Line({ run, named }: { run: Run; named: boolean | undefined }) {
  const live = !isOver(run);
  const { over, all } = progressOf(run);
  const now = live ? run.steps.find(({ mark }) => mark === "begun" || mark === "later") : undefined;
  return (
    <li className={live ? "live" : undefined}>
      <span className="state"><RunBadge state={run.state} /></span>
      <span className="what">
        <Link href={`/activity/runs/${run.id}`} className="strong">
          {named && <span data-value>{run.certificate_name ?? run.certificate}: </span>}
          {run.kind === "obtain" ? t("plan.obtain") : t("plan.deploy")} {run.target && <span data-value>{run.target}</span>}
        </Link>
        <span className="soft clip-line" data-value>
          <Words text={run.failure ? `${run.failure.attempted}: ${run.failure.answer}` : (now?.words ?? (live ? run.words : run.reason))} />
        </span>
      </span>
      {live ? (
        <span className="when"><progress value={over} max={all} aria-label={t("overview.running.progress", { over, all })} /> <Since at={run.created_at} /></span>
      ) : (
        <span className="when soft"><Moment at={run.created_at} />{run.ended_at && <span className="took" data-value>{tookOf(run)}</span>}</span>
      )}
    </li>
  );
}

/** How long it took from its beginning to its end. */
export function tookOf(run: Run): string {
  return run.ended_at ? duration((Date.parse(run.ended_at) - Date.parse(run.created_at)) / 1000) : "";
}
