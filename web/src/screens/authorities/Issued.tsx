// What a built-in authority has issued, those that end last first.
import CheckCircleIcon from "@patternfly/react-icons/dist/esm/icons/check-circle-icon";
import BanIcon from "@patternfly/react-icons/dist/esm/icons/ban-icon";
import HistoryIcon from "@patternfly/react-icons/dist/esm/icons/history-icon";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { IssuedCertificate } from "@gen/api";
import { answer, api } from "@/api/client";
import { Moment } from "@/parts/Moment";
import { Card, Loaded } from "@/parts/Page";
import { Pager, useOffset } from "@/parts/Pager";
import { t } from "@/text";

const EACH = 20;
/** Names that are shown of one certificate. */
const NAMES = 4;

export function Issued({ issuer }: { issuer: string }) {
  const [offset, go] = useOffset("issued");
  const issued = useQuery({
    queryKey: ["issuers", issuer, "issued", offset],
    queryFn: () => answer(api.GET("/api/v1/issuers/{issuer}/certificates", { params: { path: { issuer }, query: { offset, limit: EACH } } })),
    placeholderData: keepPreviousData,
  });
  const total = issued.data?.total;
  return (
    <Card title={<>{t("issuer.issued")} {!!total && <span className="soft number" data-value>{total}</span>}</>} flush>
      <Loaded query={issued} lines={4}>
        {({ items, total: all }) => items.length === 0 ? <p className="soft padded">{t("issuer.issued.none")}</p> : (
          <>
            <table className="plain">
              <thead>
                <tr>
                  <th>{t("edit.names")}</th>
                  <th className="fit wide">{t("issuer.issued.at")}</th>
                  <th className="fit">{t("certificate.ends")}</th>
                  <th className="fit wide">{t("issuer.state")}</th>
                </tr>
              </thead>
              <tbody>
                {items.map((one) => (
                  <tr key={one.serial}>
                    <td>
                      <span className="break strong" data-value>{one.identifiers.slice(0, NAMES).join(", ")}</span>
                      {one.identifiers.length > NAMES && <span className="soft"> {t("bulk.andMore", { number: one.identifiers.length - NAMES })}</span>}
                      <div className="soft"><code className="break" data-value>{one.serial}</code></div>
                      {one.revoked_at && <div className="narrow-only"><State one={one} /></div>}
                    </td>
                    <td className="fit wide"><Moment at={one.not_before} /></td>
                    <td className="fit"><Moment at={one.not_after} /></td>
                    <td className="fit wide"><State one={one} /></td>
                  </tr>
                ))}
              </tbody>
            </table>
            <Pager offset={offset} total={all} size={EACH} go={go} />
          </>
        )}
      </Loaded>
    </Card>
  );
}

function State({ one }: { one: IssuedCertificate }) {
  if (one.revoked_at) return <span className="badge tone-bad"><BanIcon />{t("certificate.revoked")}</span>;
  if (Date.parse(one.not_after) < Date.now()) return <span className="badge tone-calm"><HistoryIcon />{t("certificates.expired")}</span>;
  return <span className="badge tone-good"><CheckCircleIcon />{t("issuer.issued.good")}</span>;
}
