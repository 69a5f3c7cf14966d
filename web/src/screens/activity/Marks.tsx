// The last runs as a row of marks: a glance tells whether it fails at times, always, or since when.
import type { Run } from "@gen/api";
import { dateTime } from "@/parts/Moment";
import { t } from "@/text";

const TONES: Record<Run["state"], string> = { active: "brand", waiting: "wait", done: "good", failed: "bad", cancelled: "calm" };

export function Marks({ runs }: { runs: readonly Run[] }) {
  if (runs.length < 2) return null;
  const failed = runs.filter(({ state }) => state === "failed").length;
  const words = t("run.marks", { number: runs.length, failed });
  return (
    <div>
      <div className="run-marks" role="img" aria-label={words}>
        {/* The newest stands at the right, where time goes. A failure is higher too, for whoever sees no red. */}
        {[...runs].reverse().map((run) => (
          <i key={run.id} className={`tone-${TONES[run.state]} ${run.state}`}
            title={`${run.kind === "obtain" ? t("plan.obtain") : t("plan.deploy")} ${run.target ?? ""} · ${t(`run.${run.state}`)} · ${dateTime(new Date(run.created_at))}`} />
        ))}
      </div>
      <div className="soft" aria-hidden>{words}</div>
    </div>
  );
}
