// The authorities that this service is itself.
import CheckCircleIcon from "@patternfly/react-icons/dist/esm/icons/check-circle-icon";
import ExclamationCircleIcon from "@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon";
import ExclamationTriangleIcon from "@patternfly/react-icons/dist/esm/icons/exclamation-triangle-icon";
import PauseCircleIcon from "@patternfly/react-icons/dist/esm/icons/pause-circle-icon";
import type { Issuer } from "@gen/api";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { answer, api } from "@/api/client";
import { useMay } from "@/app/session";
import { span } from "@/parts/Moment";
import { Card, LinkButton, Loaded } from "@/parts/Page";
import { Pager, useOffset } from "@/parts/Pager";
import { t } from "@/text";
import { policyText } from "./policies";

const EACH = 20;

export function BuiltIns() {
  const administrator = useMay("administrator");
  const [offset, go] = useOffset("built-in");
  const issuers = useQuery({
    queryKey: ["issuers", offset],
    queryFn: () => answer(api.GET("/api/v1/issuers", { params: { query: { offset, limit: EACH } } })),
    placeholderData: keepPreviousData,
  });
  return (
    <Card title={t("authorities.builtIn")} flush
      actions={administrator && <LinkButton to="/authorities/built-in/new" variant="link">{t("authorities.newBuiltIn")}</LinkButton>}>
      <p className="soft padded">{t("authorities.builtIn.what")}</p>
      <Loaded query={issuers} lines={2}>
        {({ items, total }) => items.length === 0 ? null : (
          <>
            <table className="plain">
              <thead>
                <tr>
                  <th>{t("certificates.authority")}</th>
                  <th className="wide">{t("issuer.policy")}</th>
                  <th className="fit wide">{t("authorities.valid")}</th>
                  <th className="fit">{t("issuer.state")}</th>
                </tr>
              </thead>
              <tbody>
                {items.map((issuer) => (
                  <tr key={issuer.name}>
                    <td>
                      <Link href={`/authorities/built-in/${issuer.name}`} className="strong break" data-value>{issuer.title ?? issuer.name}</Link>
                      <div className="soft break" data-value>{issuer.directory}</div>
                    </td>
                    <td className="wide break" data-value>{policyText(issuer.settings.policy) || t("issuer.anything")}</td>
                    <td className="fit wide" data-value>{span(issuer.settings.lifetime_seconds)}</td>
                    <td className="fit"><IssuerState issuer={issuer} /></td>
                  </tr>
                ))}
              </tbody>
            </table>
            <Pager offset={offset} total={total} size={EACH} go={go} />
          </>
        )}
      </Loaded>
    </Card>
  );
}

/** Whether it issues now. */
export function IssuerState({ issuer }: { issuer: Issuer }) {
  if (issuer.enabled && !issuer.mounted) return <span className="badge tone-bad"><ExclamationCircleIcon />{t("issuer.broken")}</span>;
  if (!issuer.enabled) return <span className="badge tone-calm"><PauseCircleIcon />{t("issuer.off")}</span>;
  if (issuer.warnings.length) return <span className="badge tone-warn"><ExclamationTriangleIcon />{t("issuer.issues")}</span>;
  return <span className="badge tone-good"><CheckCircleIcon />{t("issuer.issues")}</span>;
}
