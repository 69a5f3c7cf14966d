// What is left of an authority's rate limits, by our own count, when it frees, and what it told us to wait for.
import type { Authority, LimitUse } from "@gen/api";
import { useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import { LifeBar } from "@/parts/Expiry";
import { Moment } from "@/parts/Moment";
import { Card, Loaded } from "@/parts/Page";
import { sentence } from "@/parts/Trouble";
import { t } from "@/text";

export function LimitsCard({ authority }: { authority: Authority }) {
  const limits = useQuery({
    queryKey: ["limits", authority.id],
    queryFn: () => answer(api.GET("/api/v1/authorities/{authority}/limits", { params: { path: { authority: authority.id } } })),
  });
  return (
    <Card title={t("authorities.limits")} flush>
      <p className="soft padded">{t("authorities.limits.what")}</p>
      <Loaded query={limits} lines={4}>
        {({ limits: all, waits }) => (
          <>
            {waits.map((wait) => (
              <section key={wait.scope + wait.subject} className="trouble warn padded-box">
                <h3>{t("bulk.forecast.wait")} <Moment at={wait.until} kind="both" /></h3>
                <p data-value>{wait.subject && <b>{wait.subject}: </b>}{sentence(wait.words)}</p>
              </section>
            ))}
            {all.length === 0 ? <p className="soft padded">{t("authorities.limits.none")}</p> : (
              <table className="plain">
                <thead>
                  <tr>
                    <th>{t("authorities.limit")}</th>
                    <th className="fit">{t("authorities.limits.count")}</th>
                    <th className="fit wide">{t("authorities.limits.left")}</th>
                    <th className="fit">{t("bulk.forecast.frees")}</th>
                  </tr>
                </thead>
                <tbody>{all.map((one) => <Row key={one.words + one.subject} use={one} />)}</tbody>
              </table>
            )}
          </>
        )}
      </Loaded>
    </Card>
  );
}

function Row({ use }: { use: LimitUse }) {
  const { most } = use.limit;
  const share = Math.min(1, use.used / Math.max(1, most));
  return (
    <tr>
      <td>
        <span className={use.used ? "strong" : undefined} data-value>{sentence(use.words)}</span>
        {use.subject && <div className="soft break" data-value>{use.subject}</div>}
      </td>
      <td className="fit">
        <div className="used">
          <span data-value>{use.used} / {most}</span>
          <LifeBar share={share} tone={use.left === 0 ? "bad" : share >= 0.75 ? "warn" : "good"} />
        </div>
      </td>
      <td className={`fit wide ${use.left === 0 ? "tone-bad strong" : ""}`} data-value>{use.left}</td>
      <td className="fit">{use.frees_at ? <Moment at={use.frees_at} /> : <span className="soft" data-value>–</span>}</td>
    </tr>
  );
}
