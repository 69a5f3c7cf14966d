// The lines themselves. Each moment is a link to its line.
import type { Ref } from "react";
import { locale, t } from "@/text";
import type { LogLine } from "./logLine";

export type Shown = LogLine;

export function LogLines({ ref, lines, wrap, utc, at, onScroll, choose }: {
  ref: Ref<HTMLOListElement>;
  lines: readonly Shown[];
  wrap: boolean;
  utc: boolean;
  /** The moment of the line that somebody was sent to. */
  at: string | null;
  onScroll: () => void;
  choose: (at: string) => void;
}) {
  const format = new Intl.DateTimeFormat(locale(), {
    month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hour12: false, ...(utc ? { timeZone: "UTC" } : {}),
  });
  const moment = at ? Date.parse(at) : undefined;
  const sought = moment === undefined ? -1 : lines.findIndex((line) => Date.parse(line.at) >= moment);
  return (
    <ol ref={ref} className={`log ${wrap ? "" : "unwrapped"}`} onScroll={onScroll} tabIndex={0} aria-label={t("certificate.log")} data-value>
      {lines.map((line, index) => (
        <li key={index} className={`${line.kind} ${index === sought ? "sought" : ""}`}>
          {line.at && (
            <a href={`?at=${encodeURIComponent(line.at)}`} title={line.at} tabIndex={-1}
              onClick={(event) => { if (event.ctrlKey || event.metaKey || event.shiftKey) return; event.preventDefault(); choose(line.at); }}>
              {format.format(new Date(line.at))}
            </a>
          )}
          <span>{line.text}</span>
        </li>
      ))}
    </ol>
  );
}
