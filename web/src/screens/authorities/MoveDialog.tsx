// Moving all certificates of an authority to another one: which can move and which cannot, before anything is changed.
import type { Authority } from "@gen/api";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { answer, api } from "@/api/client";
import { queries } from "@/app/queries";
import { useAccounts, useAuthorities } from "@/app/reads";
import { Dialog } from "@/parts/Dialog";
import { Skeleton } from "@/parts/Page";
import { SelectField } from "@/parts/Select";
import { ProblemBox } from "@/parts/Trouble";
import { t } from "@/text";

export function MoveDialog({ from, close }: { from: Authority; close: () => void }) {
  const [to, setTo] = useState("");
  const authorities = useAuthorities();
  const accounts = useAccounts();
  const has = new Set(accounts.data?.items.filter(({ state, blocked }) => state === "valid" && !blocked).map(({ authority }) => authority));
  const others = (authorities.data?.items ?? []).filter(({ id, details }) => id !== from.id && has.has(id) && !details?.disabled);
  const ask = (preview: boolean) =>
    answer(api.POST("/api/v1/authorities/{authority}/move", { params: { path: { authority: from.id } }, body: { to, preview } }));
  const plan = useQuery({ queryKey: ["move-preview", from.id, to], queryFn: () => ask(true), enabled: !!to, gcTime: 0, retry: false });
  const move = useMutation({
    mutationFn: () => ask(false),
    onSuccess: () => {
      for (const noun of ["certificates", "certificate", "limits"]) void queries.invalidateQueries({ queryKey: [noun] });
      close();
    },
  });
  return (
    <Dialog title={t("authorities.move.title", { title: from.title })} yes={t("authorities.move.yes", { number: plan.data?.moved.length ?? 0 })} doing={move} act={() => move.mutate()} close={close}
      disabled={!plan.data?.moved.length} wide>
      <p>{t("authorities.move.what")}</p>
      {accounts.isSuccess && authorities.isSuccess && others.length === 0 ? <p className="offer">{t("authorities.move.nowhere")}</p> : (
        <div data-value><SelectField label={t("authorities.move.to")} value={to} onChange={setTo} options={[["", "–"], ...others.map(({ id, title }) => [id, title] as const)]} /></div>
      )}
      {to && (plan.error ? <ProblemBox error={plan.error} /> : !plan.data ? <Skeleton lines={3} /> : (
        <>
          <p className="strong">{t("authorities.move.moved", { number: plan.data.moved.length })}</p>
          {plan.data.moved.length > 0 && <ul className="refusals" tabIndex={0} aria-label={t("authorities.move.moved", { number: plan.data.moved.length })}>{plan.data.moved.map((name) => <li key={name} data-value>{name}</li>)}</ul>}
          {plan.data.kept.length > 0 && (
            <>
              <p>{t("authorities.move.kept", { number: plan.data.kept.length })}</p>
              <ul className="refusals" tabIndex={0} aria-label={t("authorities.move.kept", { number: plan.data.kept.length })}>{plan.data.kept.map(({ name, reason }) => <li key={name} data-value><b>{name}</b>: {reason}</li>)}</ul>
            </>
          )}
        </>
      ))}
    </Dialog>
  );
}
