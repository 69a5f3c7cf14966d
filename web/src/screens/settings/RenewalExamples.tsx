// What a renewal policy means for certificates as there are many, drawn: the service keeps it within what is safe.
import type { RenewalPolicy } from "@gen/api";
import { span } from "@/parts/Moment";
import { t } from "@/text";

const DAY = 86_400;
/** Lifetimes that public authorities give today. */
const LIFETIMES = [90 * DAY, 47 * DAY, 6 * DAY];
/** Below this lifetime half of it is left at the latest, else a third: as the service has it. */
const SHORT = 10 * DAY;

export function RenewalExamples({ policy }: { policy: RenewalPolicy | null }) {
  return (
    <section className="renewal-examples" aria-label={t("settings.renewal.examples")}>
      <h3>{t("settings.renewal.examples")}</h3>
      <ul className="bare">
        {LIFETIMES.map((lifetime) => {
          const { after, moved } = renewed(policy, lifetime);
          const share = (after / lifetime) * 100;
          return (
            <li key={lifetime}>
              <span className="strong">{t("settings.renewal.of", { lifetime: span(lifetime) })}</span>
              <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden>
                <rect className="rest" width="100" height="6" />
                <rect className="used" width={share} height="6" />
              </svg>
              <span className="soft">
                {t("settings.renewal.left", { left: span(lifetime - after) })}
                {moved && ` ${moved === "earlier" ? t("settings.renewal.earlier") : t("settings.renewal.later")}`}
              </span>
            </li>
          );
        })}
      </ul>
      <p className="soft">{policy ? t("edit.renewal.floor") : t("settings.renewal.suggested")}</p>
    </section>
  );
}

/** After how long one of this lifetime is renewed, and whether the policy was followed only so far. */
function renewed(policy: RenewalPolicy | null, lifetime: number): { after: number; moved?: "earlier" | "later" } {
  const latest = lifetime < SHORT ? lifetime / 2 : (lifetime / 3) * 2;
  if (!policy) return { after: latest };
  const earliest = lifetime / 3;
  const wanted =
    policy.policy === "share" ? (lifetime * policy.percent) / 100
    : policy.policy === "before-expiry" ? lifetime - policy.seconds
    : policy.seconds;
  if (wanted > latest) return { after: latest, moved: "earlier" };
  if (wanted < earliest) return { after: earliest, moved: "later" };
  return { after: wanted };
}
