// How a run stands: word, shape and colour.
import BanIcon from "@patternfly/react-icons/dist/esm/icons/ban-icon";
import CheckCircleIcon from "@patternfly/react-icons/dist/esm/icons/check-circle-icon";
import ClockIcon from "@patternfly/react-icons/dist/esm/icons/clock-icon";
import ExclamationCircleIcon from "@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon";
import SyncIcon from "@patternfly/react-icons/dist/esm/icons/sync-alt-icon";
import type { Run } from "@gen/api";
import type { ComponentType } from "react";
import { t, type TextId } from "@/text";

const LOOKS: Record<Run["state"], [tone: string, icon: ComponentType<{ className?: string }>, text: TextId]> = {
  active: ["brand", SyncIcon, "run.active"],
  waiting: ["wait", ClockIcon, "run.waiting"],
  done: ["good", CheckCircleIcon, "run.done"],
  failed: ["bad", ExclamationCircleIcon, "run.failed"],
  cancelled: ["calm", BanIcon, "run.cancelled"],
};

export function RunBadge({ state }: { state: Run["state"] }) {
  const [tone, Icon, text] = LOOKS[state];
  return (
    <span className={`badge tone-${tone}`}>
      <Icon />
      {t(text)}
    </span>
  );
}

/** Whether nothing happens any more. */
export function isOver(run: Run): boolean {
  return run.state === "done" || run.state === "failed" || run.state === "cancelled";
}
