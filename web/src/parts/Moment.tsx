// Moments and spans as people say them; the exact moment is in the title and for machines.
import { useEffect, useState } from "react";
import { locale, t } from "@/text";

const UNITS = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const;

/** Making a format costs more than using it a thousand times, and a list uses many. */
const formats = new Map<string, Intl.DateTimeFormat | Intl.RelativeTimeFormat>();

function kept<T extends Intl.DateTimeFormat | Intl.RelativeTimeFormat>(name: string, make: () => T): T {
  const key = `${locale()} ${name}`;
  let format = formats.get(key) as T | undefined;
  if (!format) {
    format = make();
    formats.set(key, format);
  }
  return format;
}

/** "in 3 days", "2 hours ago". */
export function relative(moment: Date, now: Date): string {
  const seconds = (moment.getTime() - now.getTime()) / 1000;
  const format = kept("relative", () => new Intl.RelativeTimeFormat(locale(), { numeric: "auto", style: "long" }));
  for (const [unit, size] of UNITS) {
    // Weeks and months hide what counts for a certificate: days are said up to four months.
    if ((unit === "month" || unit === "week") && Math.abs(seconds) < 120 * 86_400) continue;
    if (Math.abs(seconds) >= size || unit === "second") return format.format(Math.trunc(seconds / size), unit);
  }
  return "";
}

/** Date and time, short. */
export function dateTime(moment: Date): string {
  return kept("both", () => new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" })).format(moment);
}

/** The date alone. */
export function dateOnly(moment: Date): string {
  return kept("date", () => new Intl.DateTimeFormat(locale(), { dateStyle: "medium" })).format(moment);
}

/** The time of day with seconds. */
export function clock(moment: Date, utc = false): string {
  const zone = utc ? { timeZone: "UTC" } : {};
  return new Intl.DateTimeFormat(locale(), { timeStyle: "medium", ...zone }).format(moment);
}

/** A length of time in its largest unit or two. */
export function span(seconds: number): string {
  const parts: string[] = [];
  let left = Math.round(seconds);
  for (const [unit, size] of UNITS) {
    if (unit === "week" || unit === "month") continue;
    if (left >= size && parts.length < 2) {
      parts.push(new Intl.NumberFormat(locale(), { style: "unit", unit, unitDisplay: "long" }).format(Math.floor(left / size)));
      left %= size;
    }
  }
  return parts.join(" ") || new Intl.NumberFormat(locale(), { style: "unit", unit: "second", unitDisplay: "long" }).format(0);
}

/** How long something took: short ones to a tenth of a second. */
export function duration(seconds: number): string {
  if (seconds >= 60) return span(seconds);
  const digits = seconds < 10 && seconds % 1 ? 1 : 0;
  const written = (value: number) => new Intl.NumberFormat(locale(), {
    style: "unit", unit: "second", unitDisplay: "narrow", minimumFractionDigits: digits, maximumFractionDigits: digits,
  }).format(value);
  return seconds > 0 && seconds < 0.05 ? `< ${written(0.1)}` : written(Math.max(0, seconds));
}

/** How long it has been since then, as it grows. */
export function Since({ at }: { at: string }) {
  const now = useNow(1_000);
  return <span className="figures" data-value>{duration(Math.max(0, Math.floor((now.getTime() - Date.parse(at)) / 1000)))}</span>;
}

/** The moment, told anew each minute (each second in the last minutes). */
export function useNow(every = 30_000): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}

/** A moment relative to now, with the exact one in its title. */
export function Moment({ at, kind = "relative" }: { at: string | null | undefined; kind?: "relative" | "date" | "both" | "exact" }) {
  const near = at ? Math.abs(new Date(at).getTime() - Date.now()) < 180_000 : false;
  const now = useNow(near ? 1_000 : 30_000);
  if (!at) return <span className="soft">{t("common.never")}</span>;
  const moment = new Date(at);
  const exact = dateTime(moment);
  const words =
    kind === "date" ? dateOnly(moment)
    : kind === "exact" ? exact
    : kind === "both" ? `${relative(moment, now)} · ${exact}`
    : relative(moment, now);
  return (
    <time dateTime={at} title={`${exact} (${at})`} className="nowrap-soft" data-value>
      {words}
    </time>
  );
}
