// Columns along the time. The arrows move from column to column, and what each says is read out.
import { useId, useState } from "react";
import { dateOnly } from "@/parts/Moment";
import { locale, t } from "@/text";
import type { Column } from "./columns";

const [WIDTH, HEIGHT, BASE] = [1000, 150, 124];

export function TimeLineChart({ columns }: { columns: readonly Column[] }) {
  const [at, setAt] = useState<number>();
  const said = useId();
  const most = Math.max(1, ...columns.map(({ due, ending }) => Math.max(due, ending)));
  const step = WIDTH / columns.length;
  const high = (number: number) => (number ? Math.max(4, (number / most) * (BASE - 14)) : 0);
  const column = at === undefined ? undefined : columns[at];
  const move = (event: React.KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1, Home: -columns.length, End: columns.length }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    setAt((before) => Math.min(columns.length - 1, Math.max(0, (before ?? (by > 0 ? -1 : columns.length)) + by)));
  };
  const point = (event: React.PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    setAt(Math.min(columns.length - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * columns.length))));
  };
  const ticks = [0, 0.25, 0.5, 0.75].map((share) => Math.round(share * columns.length));
  return (
    <figure className="timeline">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" tabIndex={0} aria-label={t("overview.timeline.label")}
        aria-describedby={said} onKeyDown={move} onPointerMove={point} onPointerLeave={() => setAt(undefined)} onBlur={() => setAt(undefined)}>
        <line x1="0" x2={WIDTH} y1={BASE} y2={BASE} className="axis" />
        {columns.map((one, index) => (
          <g key={index}>
            {index === at && <rect x={index * step} width={step} y="0" height={BASE} className="pointed" />}
            {one.due > 0 && <rect x={index * step + step * 0.12} width={step * 0.42} y={BASE - high(one.due)} height={high(one.due)} className="due" />}
            {one.ending > 0 && <rect x={index * step + step * 0.54} width={step * 0.34} y={BASE - high(one.ending)} height={high(one.ending)} className="ending" />}
          </g>
        ))}
      </svg>
      <div className="ticks" aria-hidden>
        {ticks.map((index) => <span key={index} data-value>{columns[index] && short(columns[index].from)}</span>)}
      </div>
      <figcaption className="row">
        <span className="legend due">{t("overview.due")}</span>
        <span className="legend ending">{t("overview.ending")}</span>
        <span id={said} role="status" className="end">{column ? words(column) : ""}</span>
      </figcaption>
    </figure>
  );
}

export function TimeLineTable({ columns }: { columns: readonly Column[] }) {
  const some = columns.filter(({ due, ending }) => due || ending);
  if (!some.length) return <p className="soft">{t("overview.timeline.nothing")}</p>;
  return (
    <div className="scroll-x timeline-table" role="region" tabIndex={0} aria-label={t("overview.timeline.table")}>
      <table className="plain">
        <thead>
          <tr><th>{t("overview.when")}</th><th>{t("overview.due")}</th><th>{t("overview.ending")}</th></tr>
        </thead>
        <tbody>
          {some.map((column) => (
            <tr key={column.from.getTime()}>
              <td data-value>{range(column)}</td>
              <td data-value>{column.due}</td>
              <td data-value>{column.ending}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function words(column: Column): string {
  return t("overview.timeline.column", { range: range(column), due: column.due, ending: column.ending });
}

function range({ from, to }: Column): string {
  const last = new Date(to.getTime() - 1);
  return last.getTime() - from.getTime() > 86_400_000 ? new Intl.DateTimeFormat(locale(), { dateStyle: "medium" }).formatRange(from, last) : dateOnly(from);
}

function short(moment: Date): string {
  return new Intl.DateTimeFormat(locale(), { day: "numeric", month: "short" }).format(moment);
}
