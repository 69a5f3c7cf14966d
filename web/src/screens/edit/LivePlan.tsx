// What would be done with what is typed, beside the form: asked for a moment after the typing pauses. Nothing is stored by it.
import type { Preview as PreviewAnswer } from "@gen/api";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { problemOf } from "@/api/problem";
import { Copy } from "@/parts/Copy";
import { Card, Skeleton } from "@/parts/Page";
import { Preview } from "@/parts/Preview";
import { sentence } from "@/parts/Trouble";
import { t } from "@/text";

/** How long after the last key, in milliseconds. */
const PAUSE = 400;

/** The value as it was when nothing had changed for a moment. */
function useSettled<T>(value: T, key: string): [T, boolean] {
  const [settled, setSettled] = useState({ value, key });
  useEffect(() => {
    const timer = setTimeout(() => setSettled({ value, key }), PAUSE);
    return () => clearTimeout(timer);
    // The key stands for the value.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key]);
  return [settled.value, settled.key === key];
}

export function LivePlan<T>({ asked, ask, empty, command }: {
  /** What is asked about; nothing while there is nothing to ask about. */
  asked: T | undefined;
  ask: (asked: T) => Promise<PreviewAnswer>;
  /** What stands there meanwhile. */
  empty: string;
  /** The same as a command. */
  command: string | undefined;
}) {
  const [settled, isSettled] = useSettled(asked, JSON.stringify(asked) ?? "");
  const plan = useQuery({
    queryKey: ["draft-preview", settled],
    queryFn: () => ask(settled as T),
    enabled: settled !== undefined,
    placeholderData: keepPreviousData,
    gcTime: 0,
    retry: false,
  });
  const fresh = isSettled && !plan.isFetching;
  return (
    <Card title={t("edit.plan")} actions={<span className="soft" role="status">{asked !== undefined && !fresh ? t("edit.plan.thinking") : ""}</span>}>
      {asked === undefined ? (
        <p className="soft">{empty}</p>
      ) : plan.error && fresh ? (
        <NotYet error={plan.error} />
      ) : plan.data ? (
        <div className={fresh ? undefined : "stale"}><Preview preview={plan.data} /></div>
      ) : (
        <Skeleton lines={6} />
      )}
      {command && <p><Copy text={command} label={t("edit.plan.command")} /></p>}
    </Card>
  );
}

/** While one types, a complaint is a hint and no alarm. */
function NotYet({ error }: { error: unknown }) {
  const problem = problemOf(error);
  return (
    <div className="stack tight">
      <p className="soft">{t("edit.plan.notYet")}</p>
      <ul className="refusals">
        {problem.refusals.length === 0 && <li data-value>{sentence(problem.message)}{problem.remedy && ` – ${problem.remedy}`}</li>}
        {problem.refusals.map((refusal) => (
          <li key={refusal.field + refusal.reason} data-value>
            {sentence(refusal.reason)}{refusal.remedy && <span className="soft"> – {refusal.remedy}</span>}
          </li>
        ))}
      </ul>
    </div>
  );
}
