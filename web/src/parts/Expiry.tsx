// How long a certificate is still valid: days, the share of its lifetime that is left, the date.
import type { Certificate } from "@gen/api";
import { t } from "@/text";
import { dateOnly, dateTime, span, useNow } from "./Moment";

/** What is left, as a share of the lifetime from 0 to 1. */
export function shareLeft(notBefore: string, notAfter: string, now: Date): number {
  const [from, to] = [Date.parse(notBefore), Date.parse(notAfter)];
  return Math.min(1, Math.max(0, (to - now.getTime()) / Math.max(1, to - from)));
}

/** Time left in its largest unit, a bar of the lifetime, the date. A 6-day and a 1-year certificate look alike. */
export function Expiry({ certificate }: { certificate: Certificate }) {
  const facts = certificate.version?.facts;
  const short = !!facts && Date.parse(facts.not_after) - Date.now() < 3_600_000;
  const now = useNow(short ? 1_000 : 60_000);
  if (!facts) return <span className="soft">{t("certificates.noVersion")}</span>;
  const seconds = (Date.parse(facts.not_after) - now.getTime()) / 1000;
  const share = shareLeft(facts.not_before, facts.not_after, now);
  const end = new Date(facts.not_after);
  const tone = seconds <= 0 ? "bad" : share < 1 / 6 ? "bad" : share < 1 / 3 ? "warn" : "good";
  return (
    <div className="expiry" title={dateTime(end)}>
      <span className={seconds <= 0 ? "tone-bad strong" : undefined}>
        {seconds <= 0 ? t("certificates.expired") : <span data-value>{left(seconds)}</span>}
      </span>
      <LifeBar share={share} tone={tone} />
      <time className="soft" dateTime={facts.not_after} data-value>
        {seconds < 2 * 86_400 ? dateTime(end) : dateOnly(end)}
      </time>
    </div>
  );
}

function left(seconds: number): string {
  if (seconds >= 2 * 86_400) return span(Math.floor(seconds / 86_400) * 86_400);
  if (seconds >= 7_200) return span(Math.floor(seconds / 3_600) * 3_600);
  return span(seconds);
}

/** The bar alone; whoever cannot see it has the words beside it. */
export function LifeBar({ share, tone }: { share: number; tone: "good" | "warn" | "bad" }) {
  return (
    <span className={`life tone-${tone}`} aria-hidden>
      <svg viewBox="0 0 100 6" preserveAspectRatio="none">
        <rect width={Math.max(share * 100, share > 0 ? 2 : 0)} height="6" fill="currentColor" />
      </svg>
    </span>
  );
}
