// The life of the newest version as a line: when it began, where it is now, when it is renewed, when it ends. The words below say the same.
import type { Certificate } from "@gen/api";
import type { ReactNode } from "react";
import { Moment, useNow } from "@/parts/Moment";
import { t } from "@/text";

const WIDE = 1000;

export function LifeLine({ certificate }: { certificate: Certificate }) {
  const now = useNow(60_000).getTime();
  const { version, next_at: next } = certificate;
  const facts = version?.facts;
  if (!version || !facts) return null;
  const [from, to] = [Date.parse(facts.not_before), Date.parse(facts.not_after)];
  const at = (moment: number) => Math.min(WIDE, Math.max(0, ((moment - from) / Math.max(1, to - from)) * WIDE));
  const window = version.renewal_information;
  const due = next ? Date.parse(next) : undefined;
  const dueInside = due !== undefined && due > from && due < to && !certificate.paused;
  const over = now >= to;
  return (
    <div className="life-line">
      <svg viewBox={`0 0 ${WIDE} 28`} preserveAspectRatio="none" aria-hidden>
        <rect className="all" y="10" width={WIDE} height="8" rx="4" />
        {window?.start && window.end && <rect className="window" x={at(Date.parse(window.start))} y="4" width={Math.max(4, at(Date.parse(window.end)) - at(Date.parse(window.start)))} height="20" />}
        <rect className={over ? "past over" : "past"} y="10" width={Math.max(3, at(now))} height="8" rx="4" />
        {dueInside && <rect className="due" x={at(due) - 2} y="0" width="4" height="28" rx="2" />}
      </svg>
      <div className="ends" style={{ gridTemplateColumns: columns(dueInside ? at(due) / WIDE : undefined) }}>
        <End words={t("life.issued")}><Moment at={facts.not_before} kind="date" /></End>
        {dueInside ? <End words={t("life.renewed")} strong><Moment at={next} /></End> : <span />}
        <End words={over ? t("life.ended") : t("life.ends")}><Moment at={facts.not_after} kind="date" /></End>
      </div>
    </div>
  );
}

function End({ words, strong, children }: { words: string; strong?: boolean; children: ReactNode }) {
  return <span className={strong ? "strong" : undefined}><span className="soft">{words}</span> {children}</span>;
}

/** The middle words stand below their mark as far as the outer ones leave room. */
function columns(share: number | undefined): string {
  if (share === undefined) return "max-content 1fr max-content";
  return `minmax(max-content, ${share}fr) max-content minmax(max-content, ${1 - share}fr)`;
}
