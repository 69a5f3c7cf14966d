// A week as a strip: when a window is open. It says to the eye what stands beside it in words.
import type { Day, Opening } from "@gen/api";
import { locale } from "@/text";

export const DAYS: Day[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const HOURS = 168;

/** The short name of a day of the week. */
export function dayName(day: Day): string {
  // 5 January 1970 was a Monday.
  return new Intl.DateTimeFormat(locale(), { weekday: "short", timeZone: "UTC" }).format(Date.UTC(1970, 0, 5 + DAYS.indexOf(day)));
}

export function Week({ openings }: { openings: readonly Opening[] | undefined }) {
  return (
    <div className="week" aria-hidden>
      <svg viewBox={`0 0 ${HOURS} 10`} preserveAspectRatio="none">
        <rect className="closed" width={HOURS} height="10" />
        {stretches(openings ?? []).map(([from, to], index) => <rect key={index} className="open" x={from} width={to - from} height="10" />)}
        {DAYS.slice(1).map((day, index) => <line key={day} x1={(index + 1) * 24} x2={(index + 1) * 24} y1="0" y2="10" vectorEffect="non-scaling-stroke" />)}
      </svg>
      <div className="week-days" data-value>{DAYS.map((day) => <span key={day}>{dayName(day)}</span>)}</div>
    </div>
  );
}

/** From which hour to which hour of the week it is open; one over Sunday's midnight goes on at the week's begin. */
function stretches(openings: readonly Opening[]): [number, number][] {
  if (!openings.length) return [[0, HOURS]];
  return openings.flatMap(({ days, from, to }) =>
    (days?.length ? days : DAYS).flatMap((day): [number, number][] => {
      const begin = DAYS.indexOf(day) * 24 + hours(from);
      const end = DAYS.indexOf(day) * 24 + hours(to) + (goesOn({ from, to }) ? 24 : 0);
      return end > HOURS ? [[begin, HOURS], [0, end - HOURS]] : [[begin, end]];
    }),
  );
}

/** Whether it ends on the day after. */
export function goesOn({ from, to }: Pick<Opening, "from" | "to">): boolean {
  return hours(to) <= hours(from);
}

function hours(time: string): number {
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  return (hour || 0) + (minute || 0) / 60;
}
