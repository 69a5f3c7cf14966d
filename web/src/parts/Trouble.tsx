// What went wrong: what was attempted, what the other side said, what to do, and buttons that do it.
import CopyIcon from "@patternfly/react-icons/dist/esm/icons/copy-icon";
import ExternalLinkAltIcon from "@patternfly/react-icons/dist/esm/icons/external-link-alt-icon";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import type { Failure, Refusal } from "@gen/api";
import type { ReactNode } from "react";
import { problemOf } from "@/api/problem";
import { t, type TextId } from "@/text";
import { Copy } from "./Copy";
import { Moment } from "./Moment";

const CLASSES: Record<Failure["class"], TextId> = {
  retry: "failure.retry",
  "wait-until": "failure.waitUntil",
  "needs-person": "failure.needsPerson",
  hopeless: "failure.hopeless",
};

/** A failure as the service stored it. */
export function FailureBox({ failure, actions, retry, level = 3 }: {
  failure: Failure;
  actions?: ReactNode;
  /** Asks again, where it was asked by hand: nothing does that by itself then. */
  retry?: () => void;
  level?: 2 | 3 | 4;
}) {
  const Head = `h${level}` as const;
  const passing = failure.class === "retry" || failure.class === "wait-until";
  return (
    <section className={`trouble ${passing ? "warn" : ""}`} aria-label={t("failure.title")}>
      <Head data-value>{sentence(failure.attempted)}</Head>
      <p className="soft">
        {retry && failure.class === "retry" ? t("failure.retryByHand") : t(CLASSES[failure.class])} {failure.until && <Moment at={failure.until} kind="both" />}
      </p>
      <blockquote data-value>{failure.answer}</blockquote>
      {!!failure.identifiers?.length && (
        <ul className="stack tight">
          {failure.identifiers.map((problem) => (
            <li key={problem.identifier} data-value>
              <b>{problem.identifier}</b>: {problem.detail} <code>{problem.kind}</code>
            </li>
          ))}
        </ul>
      )}
      {failure.remedy && (
        <p className="next">
          <b>{t("failure.next")}</b> <span data-value>{sentence(failure.remedy)}</span>
        </p>
      )}
      <div className="row">
        {retry && <Button variant="secondary" size="sm" onClick={retry}>{t("common.tryAgain")}</Button>}
        {actions}
        {failure.link && (
          <Button variant="link" isInline component="a" href={failure.link} target="_blank" rel="noreferrer" icon={<ExternalLinkAltIcon />}>
            {t("failure.link")}
          </Button>
        )}
        <Copy text={asText(failure)} label={t("failure.copy")} icon={<CopyIcon />} />
        <code className="end soft" title={t("failure.code")} data-value>
          {failure.kind}
        </code>
      </div>
    </section>
  );
}

/** Any error of a question to the service, with a way to ask again. */
export function ProblemBox({ error, retry, actions }: { error: unknown; retry?: () => void; actions?: ReactNode }) {
  const problem = problemOf(error);
  if (problem.failure) return <FailureBox failure={problem.failure} actions={actions} retry={retry} />;
  return (
    <section className="trouble" role="alert">
      {problem.refusals.length > 0 ? <h3>{t("problem.refused")}</h3> : <h3 data-value>{sentence(problem.message)}</h3>}
      {problem.refusals.length > 0 && (
        <ul className="stack tight">
          {problem.refusals.map((refusal) => (
            <li key={refusal.field + refusal.reason} title={refusal.field} data-value>
              {refusal.reason}
              {refusal.remedy && <span className="soft"> — {refusal.remedy}</span>}
            </li>
          ))}
        </ul>
      )}
      {problem.remedy && problem.refusals.length === 0 && (
        <p className="next">
          <b>{t("failure.next")}</b> <span data-value>{sentence(problem.remedy)}</span>
        </p>
      )}
      <div className="row">
        {retry && (
          <Button variant="secondary" size="sm" onClick={retry}>
            {t("common.tryAgain")}
          </Button>
        )}
        {actions}
        <code className="end soft" title={t("failure.code")} data-value>
          {problem.kind}
        </code>
      </div>
    </section>
  );
}

function asText(failure: Failure): string {
  return [
    `${failure.attempted}: ${failure.answer}`,
    ...(failure.identifiers ?? []).map((problem) => `  ${problem.identifier}: ${problem.detail} (${problem.kind})`),
    failure.remedy,
    failure.kind,
  ]
    .filter(Boolean)
    .join("\n");
}

/** The first letter large: the service's words begin small, to be put behind others. A name stays as it is. */
export function sentence(words: string): string {
  const beginsWithWord = /^[\p{L}-]+[\s,;:]|^\p{L}+$/u.test(words);
  return beginsWithWord ? words.charAt(0).toLocaleUpperCase() + words.slice(1) : words;
}

/** What is wrong with a field and what to type instead, to stand below it. */
export function complaint(refusal: Pick<Refusal, "reason" | "remedy"> | undefined): string | undefined {
  return refusal && [refusal.reason, refusal.remedy].filter(Boolean).map((words) => `${sentence(words)}.`).join(" ");
}
