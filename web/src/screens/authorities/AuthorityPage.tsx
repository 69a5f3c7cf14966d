// One authority: what one should know first, accounts there, what is left of its limits, whether it still answers.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Switch } from "@patternfly/react-core/dist/esm/components/Switch";
import type { Authority, AuthorityChanges } from "@gen/api";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useLocation } from "wouter";
import { answer, api } from "@/api/client";
import { Problem } from "@/api/problem";
import { queries } from "@/app/queries";
import { useAccounts, useCounts, useProbes } from "@/app/reads";
import { useMay } from "@/app/session";
import { Dialog } from "@/parts/Dialog";
import { Empty, LinkButton, Loaded, PageHead } from "@/parts/Page";
import { ProblemBox, sentence } from "@/parts/Trouble";
import { t } from "@/text";
import { About } from "./About";
import { Accounts } from "./Accounts";
import { DirectoryCard } from "./DirectoryCard";
import { LimitsCard } from "./LimitsCard";
import { MoveDialog } from "./MoveDialog";

export function AuthorityPage({ id }: { id: string }) {
  const authority = useQuery({
    queryKey: ["authorities", id],
    queryFn: () => answer(api.GET("/api/v1/authorities/{authority}", { params: { path: { authority: id } } })),
  });
  if (authority.error instanceof Problem && authority.error.status === 404) {
    return (
      <Empty page title={t("authorities.gone")} actions={<LinkButton to="/authorities">{t("authorities.toList")}</LinkButton>}>
        {t("app.nowhere.why")}
      </Empty>
    );
  }
  return <Loaded query={authority} lines={8}>{(value) => <Shown authority={value} />}</Loaded>;
}

function Shown({ authority }: { authority: Authority }) {
  const administrator = useMay("administrator");
  const [, navigate] = useLocation();
  const [act, setAct] = useState<"move" | "delete">();
  const accounts = useAccounts();
  const summary = useCounts();
  const probes = useProbes();
  const here = (accounts.data?.items ?? []).filter((account) => account.authority === authority.id);
  const certificates = summary.data?.authorities.find(({ word }) => word === authority.id)?.number ?? 0;
  const retired = probes.data?.items.find((one) => one.authority === authority.id)?.retired ?? false;
  const { details } = authority;
  const ended = details?.ended;
  const template = !!details?.directory_parts?.length;
  const remove = useMutation({
    mutationFn: () => answer(api.DELETE("/api/v1/authorities/{authority}", { params: { path: { authority: authority.id } } })),
    onSuccess: () => {
      navigate("/authorities", { replace: true });
      void queries.invalidateQueries({ queryKey: ["authorities"] });
    },
  });
  const enable = useMutation({
    mutationFn: (on: boolean) => answer(api.PATCH("/api/v1/authorities/{authority}", {
      params: { path: { authority: authority.id }, header: { "If-Match": `"${authority.revision}"` } },
      body: { details: { disabled: !on } } as AuthorityChanges,
    })),
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: ["authorities"] });
      void queries.invalidateQueries({ queryKey: ["certificates"] });
    },
  });
  const isUsed = here.length > 0 || certificates > 0;
  const move = administrator && certificates > 0 && (
    <Button variant="secondary" onClick={() => setAct("move")}>{t("authorities.move")}</Button>
  );
  return (
    <>
      <PageHead title={authority.title} isName above={{ to: "/authorities", title: t("nav.authorities") }}
        lead={<>
          <span data-value>{details?.description}</span>{" "}
          {certificates > 0 && <Link href={`/certificates?authority=${encodeURIComponent(authority.id)}`} className="nowrap">{t("certificates.count", { shown: certificates })}</Link>}
        </>}
        badge={<>
          {authority.staging && <span className="tag">{t("certificates.staging")}</span>}
          {!authority.built_in && <span className="tag">{t("authorities.own")}</span>}
        </>}
        actions={administrator && <>
          {!template && !ended && (
            <>
              <Switch id="authority-enabled" className="head-switch" label={t("issuer.enabled")} isChecked={!details?.disabled} isDisabled={enable.isPending} onChange={(_, on) => enable.mutate(on)} />
              <LinkButton to={`/authorities/${authority.id}/edit`}>{t("common.edit")}</LinkButton>
            </>
          )}
          {move}
          {!authority.built_in && <Button variant="secondary" isDanger onClick={() => setAct("delete")}>{t("common.delete")}</Button>}
        </>} />
      {!!enable.error && <ProblemBox error={enable.error} />}
      {(ended || retired) && (
        <section className="trouble">
          <h2>{ended ? t("authorities.ended") : t("authorities.retired")}</h2>
          {ended && <p><span data-value>{sentence(ended.words)}</span> <span className="soft">({t("authorities.since")} <span data-value>{ended.since}</span>)</span></p>}
          {retired && <p>{t("authorities.retired.what")}</p>}
          {ended?.instead && <p className="next"><b>{t("failure.next")}</b> <span>{t("authorities.instead")} <Link href={`/authorities/${ended.instead}`} data-value>{ended.instead}</Link></span></p>}
          {certificates > 0 && administrator && <div className="row"><Button variant="primary" size="sm" onClick={() => setAct("move")}>{t("authorities.move")}</Button></div>}
        </section>
      )}
      {details?.disabled && !ended && (
        <p className="offer">{t("authorities.disabled.what")}{certificates > 0 && <> {t("authorities.disabled.used", { certificates })}</>}</p>
      )}
      {template && (
        <section className="trouble wait">
          <h2>{t("authorities.template")}</h2>
          <p>{t("authorities.template.what")}</p>
          {administrator && <div className="row"><LinkButton to={`/authorities/new?like=${authority.id}`} variant="primary">{t("authorities.template.use")}</LinkButton></div>}
        </section>
      )}
      {template ? <About authority={authority} /> : (
        <div className="grid-main">
          <div className="stack">
            <Accounts authority={authority} />
            <LimitsCard authority={authority} />
          </div>
          <div className="stack">
            <DirectoryCard authority={authority.id} />
            <About authority={authority} />
          </div>
        </div>
      )}
      {act === "move" && <MoveDialog from={authority} close={() => setAct(undefined)} />}
      {act === "delete" && (
        <Dialog title={t("authorities.delete", { title: authority.title })} yes={t("common.delete")} danger doing={remove} disabled={isUsed}
          act={() => remove.mutate()} close={() => { setAct(undefined); remove.reset(); }}>
          <p>{isUsed ? t("authorities.delete.used", { accounts: here.length, certificates }) : t("authorities.delete.what")}</p>
        </Dialog>
      )}
    </>
  );
}
