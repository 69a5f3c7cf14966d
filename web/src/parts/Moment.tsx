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

/** "in 3 days", "2 hours ago". */
export function relative(moment: Date, now: Date): string {
  const seconds = (moment.getTime() - now.getTime()) / 1000;
  const format = new Intl.RelativeTimeFormat(locale(), { numeric: "auto", style: "long" });
  for (const [unit, size] of UNITS) {
    // Weeks and months hide what counts for a certificate: days are said up to eight weeks.
    if ((unit === "month" || unit === "week") && Math.abs(seconds) < 56 * 86_400) continue;
    if (Math.abs(seconds) >= size || unit === "second") return format.format(Math.trunc(seconds / size), unit);
  }
  return "";
}

/** Date and time, short. */
export function dateTime(moment: Date): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" }).format(moment);
}

/** The date alone. */
export function dateOnly(moment: Date): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium" }).format(moment);
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
