// How far a run has come, step by step. What a step will do, does or did stands in the same words as in its plan.
import CheckIcon from "@patternfly/react-icons/dist/esm/icons/check-icon";
import ClockIcon from "@patternfly/react-icons/dist/esm/icons/clock-icon";
import ExclamationIcon from "@patternfly/react-icons/dist/esm/icons/exclamation-icon";
import MinusIcon from "@patternfly/react-icons/dist/esm/icons/minus-icon";
import SyncIcon from "@patternfly/react-icons/dist/esm/icons/sync-alt-icon";
import type { Mark, Run, RunStep } from "@gen/api";
import type { ReactNode } from "react";
import { t, type TextId } from "@/text";
import { duration, Moment, Since } from "./Moment";
import { Lines } from "./Preview";
import { FailureBox } from "./Trouble";
import { Words } from "./Words";

const WORDS: Record<Mark, TextId> = {
  todo: "step.todo",
  begun: "step.begun",
  later: "step.later",
  done: "step.done",
  skipped: "step.skipped",
  failed: "step.failed",
};

/** When a step was begun and over, and what was said meanwhile. */
export interface Told {
  begun?: string;
  over?: string;
  notes: string[];
}

export function Steps({ run, told, actions }: {
  run: Run;
  /** What the events tell of each step, by its number. */
  told?: ReadonlyMap<number, Told>;
  /** Buttons beside a failure. */
  actions?: ReactNode;
}) {
  return (
    <ol className="steps">
      {shownSteps(run).map(({ step, index }) => (
        <li key={index} className={`step ${step.mark === "skipped" ? "skipped" : isOver(run) && step.mark === "todo" ? "unreached" : ""}`}>
          <span className={`mark ${step.mark}`} aria-hidden>{sign(step, index)}</span>
          <div>
            <div className="step-head">
              <span className="grow"><span className="words" data-value><Words text={step.words} /></span> <span className="unseen">{t(WORDS[step.mark])}</span></span>
              <Took step={step} told={told?.get(index)} />
            </div>
            {step.role !== "ordinary" && step.mark === "todo" && <div className="role">{t(step.role === "always" ? "step.always" : "step.back")}</div>}
            {step.why && step.mark !== "done" && <div className="soft" data-value><Words text={step.why} /></div>}
            {step.at && <div>{t("step.again")} <Moment at={step.at} kind="both" />{step.tries > 0 && <> · {t("step.tries", { tries: step.tries })}</>}</div>}
            {told?.get(index)?.notes.map((note, at) => <div key={at} className="note" data-value><Words text={note} /></div>)}
            {step.mark === "failed" && step.failure && <FailureBox failure={step.failure} actions={actions} level={3} />}
            {step.lines.length > 0 && (step.mark === "begun" || step.mark === "failed") && <Lines lines={step.lines} />}
          </div>
        </li>
      ))}
    </ol>
  );
}

function Took({ step, told }: { step: RunStep; told: Told | undefined }) {
  if (!told?.begun || step.mark === "skipped" || step.mark === "todo") return null;
  if (step.mark === "begun") return <span className="took now"><Since at={told.begun} /></span>;
  if (!told.over) return null;
  return <span className="took" data-value>{duration((Date.parse(told.over) - Date.parse(told.begun)) / 1000)}</span>;
}

function isOver({ state }: Run): boolean {
  return state === "done" || state === "failed" || state === "cancelled";
}

/** The way back is of interest when something went wrong, and clean-up that was not needed never is. */
function shownSteps(run: Run): { step: RunStep; index: number }[] {
  return run.steps
    .map((step, index) => ({ step, index }))
    .filter(({ step }) => step.role !== "after-failure" || step.mark !== "todo" || run.state === "failed" || run.stopping);
}

function sign(step: RunStep, index: number): ReactNode {
  switch (step.mark) {
    case "done":
      return <CheckIcon />;
    case "failed":
      return <ExclamationIcon />;
    case "begun":
      return <SyncIcon className="spin" />;
    case "later":
      return <ClockIcon />;
    case "skipped":
      return <MinusIcon />;
    default:
      return <span data-value>{index + 1}</span>;
  }
}

/** All steps in one line: how far it has come, and where it stopped. */
export function StepBar({ run }: { run: Run }) {
  const { over, all } = progressOf(run);
  const words = t("overview.running.progress", { over, all });
  return (
    <div className="step-bar">
      <div role="progressbar" aria-label={words} aria-valuemin={0} aria-valuemax={all} aria-valuenow={over} className="segments">
        {run.steps.filter(({ role }) => role !== "after-failure").map((step, index) => <i key={index} className={step.mark} />)}
      </div>
      <span className="soft figures">{words}</span>
    </div>
  );
}

/** Steps that are over, and all of them that count. */
export function progressOf(run: Run): { over: number; all: number } {
  const counted = run.steps.filter(({ role }) => role !== "after-failure");
  return { over: counted.filter(({ mark }) => mark === "done" || mark === "skipped").length, all: counted.length };
}
