// What would be done, step by step, with the lines of files that go and come. One look for forms, dialogs and the plan of a certificate.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import type { Preview as PreviewAnswer, PreviewedPlan, Step } from "@gen/api";
import ExclamationTriangleIcon from "@patternfly/react-icons/dist/esm/icons/exclamation-triangle-icon";
import { type ReactNode, useState } from "react";
import { t } from "@/text";
import { FailureBox } from "./Trouble";
import { Words } from "./Words";

/** All plans of a preview. `level` is that of their headings. */
export function Preview({ preview, level }: { preview: PreviewAnswer; level?: 2 | 3 }) {
  return (
    <div className="stack">
      {preview.plans.map((plan, index) => (
        <Plan key={plan.deployment ?? index} plan={plan} level={level} />
      ))}
    </div>
  );
}

/** One plan: to obtain, or to deploy to one target. */
export function Plan({ plan, untitled, level = 3 }: { plan: PreviewedPlan; untitled?: boolean; level?: 2 | 3 }) {
  const Head = `h${level}` as const;
  const [back, setBack] = useState(false);
  const ordinary = plan.steps.filter(({ role }) => role !== "after-failure");
  const reverse = plan.steps.filter(({ role }) => role === "after-failure");
  return (
    <section className="plan">
      {!untitled && <Head>{plan.kind === "obtain" ? t("plan.obtain") : t("plan.deploy")} {plan.target && <span data-value>{plan.target}</span>}</Head>}
      {plan.warnings.map((warning) => (
        <p key={warning} className="row warning tone-warn"><ExclamationTriangleIcon /> <span data-value><Words text={warning} /></span></p>
      ))}
      {plan.failure && <FailureBox failure={plan.failure} level={level === 2 ? 3 : 4} />}
      {ordinary.length > 0 && (
        <ol className="steps">
          {ordinary.map((step, index) => <PlannedStep key={index} step={step} number={index + 1} />)}
        </ol>
      )}
      {reverse.length > 0 && (
        <>
          <Button variant="link" isInline size="sm" aria-expanded={back} onClick={() => setBack(!back)}>{t("plan.wayBack", { number: reverse.length })}</Button>
          {back && <ol className="steps back">{reverse.map((step, index) => <PlannedStep key={index} step={step} number={index + 1} />)}</ol>}
        </>
      )}
    </section>
  );
}

function PlannedStep({ step, number }: { step: Step; number: number }) {
  return (
    <li className="step">
      <span className="mark" aria-hidden data-value>{number}</span>
      <div>
        <span className="words" data-value><Words text={step.words} /></span>
        {step.role === "always" && <span className="role"> {t("step.always")}</span>}
        {step.lines.length > 0 && <Lines lines={step.lines} />}
      </div>
    </li>
  );
}

/** What will be done in a few lines, where the service makes no plan of steps. */
export function PlanLines({ lines }: { lines: readonly ReactNode[] }) {
  return (
    <ol className="steps">
      {lines.map((line, index) => (
        <li key={index} className="step"><span className="mark" aria-hidden data-value>{index + 1}</span><div className="words">{line}</div></li>
      ))}
    </ol>
  );
}

/** Lines of detail; what begins with a sign goes or comes. */
export function Lines({ lines }: { lines: readonly string[] }) {
  return (
    <pre className="lines-of-file" data-value>
      {lines.map((line, index) => (
        <span key={index} className={line.startsWith("+") ? "diff-add" : line.startsWith("-") ? "diff-del" : undefined}>
          {line}{"\n"}
        </span>
      ))}
    </pre>
  );
}
