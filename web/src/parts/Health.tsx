// How a certificate is: a word, a shape and a colour together, never a colour alone.
import BanIcon from "@patternfly/react-icons/dist/esm/icons/ban-icon";
import CheckCircleIcon from "@patternfly/react-icons/dist/esm/icons/check-circle-icon";
import CircleIcon from "@patternfly/react-icons/dist/esm/icons/circle-icon";
import ExclamationCircleIcon from "@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon";
import ExclamationTriangleIcon from "@patternfly/react-icons/dist/esm/icons/exclamation-triangle-icon";
import HandPaperIcon from "@patternfly/react-icons/dist/esm/icons/hand-paper-icon";
import PauseCircleIcon from "@patternfly/react-icons/dist/esm/icons/pause-circle-icon";
import type { Health } from "@gen/api";
import type { ComponentType } from "react";
import { t, type TextId } from "@/text";

export type Tone = "good" | "warn" | "bad" | "wait" | "calm" | "brand";

const LOOKS: Record<Health, { tone: Tone; icon: ComponentType; text: TextId }> = {
  error: { tone: "bad", icon: ExclamationCircleIcon, text: "health.error" },
  invalid: { tone: "bad", icon: BanIcon, text: "health.invalid" },
  "waiting-for-person": { tone: "wait", icon: HandPaperIcon, text: "health.waiting" },
  warning: { tone: "warn", icon: ExclamationTriangleIcon, text: "health.warning" },
  paused: { tone: "calm", icon: PauseCircleIcon, text: "health.paused" },
  "none-yet": { tone: "calm", icon: CircleIcon, text: "health.none" },
  healthy: { tone: "good", icon: CheckCircleIcon, text: "health.healthy" },
};

/** All of them, the gravest first. */
export const HEALTHS = Object.keys(LOOKS) as Health[];

/** The word. */
export function healthWord(health: Health): string {
  return t(LOOKS[health].text);
}

/** The shape alone, beside its word. */
export function HealthIcon({ health }: { health: Health }) {
  const Icon = LOOKS[health].icon;
  return (
    <span className={`tone-${LOOKS[health].tone}`} aria-hidden>
      <Icon />
    </span>
  );
}

/** Word, shape and colour. */
export function HealthBadge({ health }: { health: Health }) {
  const { tone, icon: Icon, text } = LOOKS[health];
  return (
    <span className={`badge tone-${tone}`}>
      <Icon />
      {t(text)}
    </span>
  );
}
