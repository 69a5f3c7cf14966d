// One run, live: it goes on whether anybody looks or not, and a reload finds it where it is.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import type { Certificate, Event, Failure, Run } from "@gen/api";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { answer, api } from "@/api/client";
import { queries } from "@/app/queries";
import { useMay } from "@/app/session";
import { Copy } from "@/parts/Copy";
import { Dialog } from "@/parts/Dialog";
import { Moment, Since } from "@/parts/Moment";
import { Card, Facts, LinkButton, Loaded, PageHead } from "@/parts/Page";
import { isOver, RunBadge } from "@/parts/RunState";
import { StepBar, Steps, type Told } from "@/parts/Steps";
import { FailureBox } from "@/parts/Trouble";
import { shortId, Words } from "@/parts/Words";
import { RequestDialog } from "@/screens/certificate/RequestDialog";
import { t } from "@/text";
import { RunList, tookOf } from "./RunList";
import { RunLog } from "./RunLog";
import { WayOut } from "./WayOut";

export default function RunScreen({ id }: { id: string }) {
  const run = useQuery({
    queryKey: ["run", id],
    queryFn: () => answer(api.GET("/api/v1/runs/{run}", { params: { path: { run: id } } })),
    // Events tell of each step; this is for the case that the stream is lost.
    refetchInterval: ({ state }) => (state.data && isOver(state.data) ? false : 10_000),
  });
  return <Loaded query={run} lines={8}>{(value) => <Shown run={value} />}</Loaded>;
}

function Shown({ run }: { run: Run }) {
  const operator = useMay("operator");
  const [stopping, setStopping] = useState(false);
  const over = isOver(run);
  const events = useQuery({
    queryKey: ["run", run.id, "events"],
    queryFn: () => answer(api.GET("/api/v1/events/list", { params: { query: { run: run.id, limit: 200 } } })),
  });
  const certificate = useQuery({
    queryKey: ["certificate", run.certificate],
    queryFn: () => answer(api.GET("/api/v1/certificates/{certificate}", { params: { path: { certificate: run.certificate } } })),
    retry: false,
  });
  const name = certificate.data?.name ?? run.certificate_name ?? run.certificate;
  const cancel = useMutation({
    mutationFn: () => answer(api.POST("/api/v1/runs/{run}/cancel", { params: { path: { run: run.id } } })),
    onSuccess: () => {
      setStopping(false);
      void queries.invalidateQueries({ queryKey: ["run", run.id] });
    },
  });
  const actions = (failure: Failure) => operator && certificate.data && <WayOut certificate={certificate.data} failure={failure} first={<Again run={run} certificate={certificate.data} />} />;
  const failedStep = run.steps.find(({ mark, failure }) => mark === "failed" && failure);
  return (
    <>
      <PageHead title={t(run.kind === "obtain" ? "run.title.obtain" : "run.title.deploy", { name, target: run.target ?? "" })} above={{ to: "/activity", title: t("nav.activity") }}
        badge={<RunBadge state={run.state} />}
        lead={<span data-value><Words text={run.words} /></span>}
        actions={<>
          {operator && !over && !run.cancelled && <Button variant="secondary" onClick={() => setStopping(true)}>{t("run.cancel")}</Button>}
          {certificate.data && (
            <LinkButton to={`/certificates/${run.certificate}`} variant={over ? "primary" : "secondary"}>{t(over ? "run.toCertificate" : "run.background")}</LinkButton>
          )}
        </>} />
      <StepBar run={run} />
      <Announced run={run} />
      {run.cancelled && !over && <p className="offer" role="status">{t("run.isCancelled")}</p>}
      <div className="grid-main">
        <div className="stack">
          <Card title={t("run.steps")} actions={<Copy text={asText(run, name)} label={t("failure.copy")} />}>
            {run.warnings.map((warning) => <p key={warning} className="tone-warn" data-value><Words text={warning} /></p>)}
            <Steps run={run} told={toldOf(events.data?.items ?? [])} actions={failedStep?.failure && actions(failedStep.failure)} />
            {run.state === "failed" && run.failure && !failedStep && <FailureBox failure={run.failure} actions={actions(run.failure)} />}
          </Card>
          <RunLog run={run} events={events.data?.items ?? []} />
        </div>
        <div className="stack">
          <Card title={t("run.about")}>
            <Facts facts={[
              [t("run.why"), <span data-value><Words text={run.reason} /></span>],
              [t("run.began"), <Moment at={run.created_at} kind="both" />],
              over ? [t("run.took"), <span data-value>{tookOf(run)}</span>] : [t("run.since"), <Since at={run.created_at} />],
              !!run.target && [t("certificates.target"), <span data-value>{run.target}</span>],
              !!run.order && [t("run.order"), <span className="hash"><code className="clip-line" title={run.order} data-value>{run.order}</code><Copy text={run.order} /></span>],
              [t("run.id"), <span className="hash"><code title={run.id} data-value>{shortId(run.id)}</code><Copy text={run.id} /></span>],
            ]} />
            {!over && <p className="soft">{t("run.goesOn")}</p>}
          </Card>
          {certificate.data && <Others run={run} certificate={certificate.data} />}
        </div>
      </div>
      {stopping && (
        <Dialog title={t("run.cancel.title")} yes={t("run.cancel")} danger doing={cancel} act={() => cancel.mutate()} close={() => setStopping(false)}>
          <p>{t("run.cancel.what")}</p>
        </Dialog>
      )}
    </>
  );
}

function Others({ run, certificate }: { run: Run; certificate: Certificate }) {
  return (
    <RunList title={t("run.others")} query={{ certificate: certificate.id, limit: 6 }} without={run.id}
      actions={<LinkButton to={`/activity?certificate=${certificate.id}`} variant="link" size="sm">{t("common.showAll")}</LinkButton>} />
  );
}

/** Read out: the end of each step and of the run, never the lines between. */
function Announced({ run }: { run: Run }) {
  const last = run.steps.filter(({ mark }) => mark === "done").at(-1);
  return <span className="unseen" role="status" data-value={isOver(run) || undefined}>{isOver(run) ? run.words : last && `${t("step.done")}: ${last.words}`}</span>;
}

/** The same once more: what was refused before may have been put right meanwhile. A new order is shown before it is placed. */
function Again({ run, certificate }: { run: Run; certificate: Certificate | undefined }) {
  const [, navigate] = useLocation();
  const [asking, setAsking] = useState(false);
  const deploy = useMutation({
    mutationFn: () => answer(api.POST("/api/v1/certificates/{certificate}/deploy", { params: { path: { certificate: run.certificate } } })),
    onSuccess: () => navigate(`/certificates/${run.certificate}`),
  });
  const again = () => (run.kind === "obtain" ? setAsking(true) : deploy.mutate());
  return (
    <>
      <Button variant="secondary" size="sm" onClick={again} isLoading={deploy.isPending} isDisabled={deploy.isPending || !certificate}>{t("run.again")}</Button>
      {!!deploy.error && <span role="alert" className="tone-bad" data-value><Words text={(deploy.error as Error).message} /></span>}
      {asking && certificate && <RequestDialog certificate={certificate} close={() => setAsking(false)} />}
    </>
  );
}

function toldOf(events: readonly Event[]): Map<number, Told> {
  const told = new Map<number, Told>();
  for (const { step, kind, at, message } of events) {
    if (step === null || step === undefined) continue;
    const one = told.get(step) ?? { notes: [] };
    // Tried again, it counts from its first beginning.
    if (kind === "step-begun") one.begun ??= at;
    if (kind === "step-done" || kind === "step-failed") one.over = at;
    if (kind === "note") one.notes.push(message);
    told.set(step, one);
  }
  return told;
}

function asText(run: Run, name: string): string {
  const steps = run.steps.map((step, index) => ({ step, index })).filter(({ step }) => step.mark !== "todo").map(({ step, index }) => `${index + 1}. [${step.mark}] ${step.words}`);
  const failure = run.failure ? [`${run.failure.attempted}: ${run.failure.answer}`, run.failure.remedy, run.failure.kind] : [];
  return [`${name}: ${run.words} (${run.id})`, ...steps, ...failure].filter(Boolean).join("\n");
}
