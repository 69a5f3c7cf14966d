// Authorities that nobody uses here yet, with what sets them apart.
import CheckIcon from "@patternfly/react-icons/dist/esm/icons/check-icon";
import MinusIcon from "@patternfly/react-icons/dist/esm/icons/minus-icon";
import type { Authority } from "@gen/api";
import { Link } from "wouter";
import { Card } from "@/parts/Page";
import { t } from "@/text";

/** Those that issue before those for tests before those that have ended; within these as the catalogue has them. */
function rank({ staging, details }: Authority): number {
  return details?.ended || details?.disabled ? 2 : staging ? 1 : 0;
}

export function Catalogue({ authorities }: { authorities: readonly Authority[] }) {
  if (!authorities.length) return null;
  const sorted = [...authorities].sort((one, other) => rank(one) - rank(other));
  return (
    <Card title={t("authorities.known")} flush>
      <table className="plain">
        <thead>
          <tr>
            <th>{t("certificates.authority")}</th>
            <th className="fit wide">{t("authorities.needs")}</th>
            <th className="fit wide">{t("authorities.names")}</th>
            <th className="fit wide">{t("authorities.wildcards")}</th>
            <th className="fit wide">{t("authorities.addresses")}</th>
            <th className="fit wide">{t("authorities.valid")}</th>
          </tr>
        </thead>
        <tbody>{sorted.map((one) => <Row key={one.id} authority={one} />)}</tbody>
      </table>
    </Card>
  );
}

function Row({ authority }: { authority: Authority }) {
  const { details } = authority;
  const needs = authority.external_account_required ? t("authorities.needs.key") : details?.email_required ? t("authorities.needs.mail") : t("authorities.needs.nothing");
  return (
    <tr>
      <td>
        <div className="row">
          <Link href={`/authorities/${authority.id}`} className="strong break" data-value>{authority.title}</Link>
          {authority.staging && <span className="tag">{t("certificates.staging")}</span>}
          {details?.disabled && !details.ended && <span className="badge tone-bad">{t("authorities.disabled")}</span>}
          {details?.ended && <span className="badge tone-bad">{t("authorities.ended")}</span>}
          {!!details?.directory_parts?.length && <span className="tag">{t("authorities.template")}</span>}
        </div>
        <div className="soft break" data-value>{details?.ended?.words ?? details?.description}</div>
        <div className="narrow-only">{t("authorities.needs")}: {needs}</div>
      </td>
      <td className="fit wide">{needs}</td>
      <td className="fit wide" data-value>{most(authority)}</td>
      <td className="fit wide"><Can yes={details?.wildcards !== false} /></td>
      <td className="fit wide"><Can yes={authority.profiles.some(({ ip_addresses }) => ip_addresses)} /></td>
      <td className="fit wide">{details?.lifetime_days ? t("settings.tokens.days", { days: details.lifetime_days }) : ""}</td>
    </tr>
  );
}

/** How many names one certificate may have. */
export function most({ details, profiles }: Authority): string {
  if (details?.name_count === "one") return "1";
  if (details?.name_count === "one-and-www") return "1 + www";
  return String(Math.max(0, ...profiles.map(({ max_identifiers }) => max_identifiers)));
}

function Can({ yes }: { yes: boolean }) {
  return (
    <>
      <span className={yes ? "tone-good" : "soft"} aria-hidden>{yes ? <CheckIcon /> : <MinusIcon />}</span>
      <span className="unseen">{yes ? t("common.yes") : t("common.no")}</span>
    </>
  );
}
