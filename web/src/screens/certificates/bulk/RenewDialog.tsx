// Renew: first what would be started, what would not, and what the count of rate limits says of all of them together.
import { Checkbox } from "@patternfly/react-core/dist/esm/components/Checkbox";
import type { Forecast, Renewed } from "@gen/api";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useLocation } from "wouter";
import { answer, api } from "@/api/client";
import { useOnce } from "@/api/once";
import { queries } from "@/app/queries";
import { Dialog } from "@/parts/Dialog";
import { Moment } from "@/parts/Moment";
import { Skeleton } from "@/parts/Page";
import { ProblemBox } from "@/parts/Trouble";
import { t } from "@/text";
import type { BulkProps } from "./Dialogs";

/** Those that are named, and no other. */
const CHOSEN = { due: false, failed: false, new: false, all: false };

export function RenewDialog({ ids, number, name, close, done }: BulkProps) {
  const [force, setForce] = useState(false);
  const [, navigate] = useLocation();
  const dialog = useId();
  const once = useOnce();
  const preview = useQuery({
    queryKey: ["renewal-preview", dialog, force],
    queryFn: async () => {
      const certificates = await ids();
      const said = await answer(api.POST("/api/v1/renew", { body: { ...CHOSEN, certificates, preview: true, force } }));
      return { certificates, said };
    },
    gcTime: 0,
    staleTime: Infinity,
  });
  const renew = useMutation({
    mutationFn: () => {
      const body = { ...CHOSEN, certificates: preview.data?.certificates ?? [], preview: false, force };
      return answer(api.POST("/api/v1/renew", { body, params: { header: { "Idempotency-Key": once(body) } } }));
    },
    onSuccess: () => {
      for (const noun of ["certificates", "certificate", "runs"]) void queries.invalidateQueries({ queryKey: [noun] });
      done();
      close();
      navigate("/activity");
    },
  });
  const said = preview.data?.said;
  return (
    <Dialog title={name ? t("bulk.renew.one", { name }) : t("bulk.renew.title", { number })} yes={t("bulk.renew.yes", { number: said?.started_count ?? 0 })}
      doing={renew} act={() => renew.mutate()} close={close} disabled={!said?.started_count} wide>
      {preview.error ? <ProblemBox error={preview.error} retry={() => void preview.refetch()} /> : !said ? <Skeleton /> : <Said said={said} />}
      {!!said && (said.refused_count > 0 || force || said.forecasts?.some(({ limits }) => limits.some(({ exceeded }) => exceeded))) && (
        <Checkbox id="renew-force" label={t("bulk.renew.force")} description={t("bulk.renew.force.why")} isChecked={force}
          onChange={(_, checked) => setForce(checked)} />
      )}
    </Dialog>
  );
}

function Said({ said }: { said: Renewed }) {
  return (
    <div className="stack">
      <p>{t("bulk.renew.will", { number: said.started_count })}</p>
      {said.forecasts?.map((forecast) => <ForecastBox key={forecast.authority} forecast={forecast} />)}
      {said.refused_count > 0 && (
        <>
          <p className="strong">{t("bulk.renew.not", { number: said.refused_count })}</p>
          <ul className="refusals">
            {said.refused.map((refused) => (
              <li key={refused.certificate} data-value><b>{refused.name}</b> {refused.reason}</li>
            ))}
          </ul>
          {said.refused_count > said.refused.length && <p className="soft">{t("bulk.andMore", { number: said.refused_count - said.refused.length })}</p>}
        </>
      )}
    </div>
  );
}

/** What is left of an authority's limits, and what these orders would take. */
function ForecastBox({ forecast }: { forecast: Forecast }) {
  return (
    <section className="forecast">
      <h3><span data-value>{forecast.title}</span></h3>
      <p className="soft">{t("bulk.forecast", { orders: forecast.orders, replacing: forecast.replacing, same: forecast.same_identifiers })}</p>
      <ul>
        {forecast.limits.slice(0, 4).map((limit) => (
          <li key={limit.words + limit.subject} className={limit.exceeded ? "tone-bad" : undefined}>
            <span data-value>{limit.subject}: {limit.words}</span>{" "}
            {t("bulk.forecast.limit", { used: limit.used, planned: limit.planned, most: limit.most })}
            {limit.exceeded && limit.frees_at && <> {t("bulk.forecast.frees")} <Moment at={limit.frees_at} /></>}
          </li>
        ))}
        {forecast.waits.map((wait) => (
          <li key={wait.subject + wait.until} className="tone-bad">
            <span data-value>{wait.subject}</span> {t("bulk.forecast.wait")} <Moment at={wait.until} />
          </li>
        ))}
      </ul>
    </section>
  );
}
