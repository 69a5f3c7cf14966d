// Where it is to be served, target by target: how far that has come, and what deploying it would do there.
import CheckCircleIcon from "@patternfly/react-icons/dist/esm/icons/check-circle-icon";
import ClockIcon from "@patternfly/react-icons/dist/esm/icons/clock-icon";
import ExclamationCircleIcon from "@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon";
import type { Certificate, Deployment as One } from "@gen/api";
import { type ReactNode, useState } from "react";
import { useTargetKinds } from "@/app/reads";
import { useMay } from "@/app/session";
import { Moment } from "@/parts/Moment";
import { Card, Empty, Facts, LinkButton, Loaded } from "@/parts/Page";
import { Plan } from "@/parts/Preview";
import { FailureBox } from "@/parts/Trouble";
import { shortId } from "@/parts/Words";
import { joinCommand } from "@/screens/edit/commands";
import { t } from "@/text";
import { usePlan } from "./Plan";
import { Served } from "./Served";

export default function Deployment({ certificate }: { certificate: Certificate }) {
  const operator = useMay("operator");
  const edit = operator && <LinkButton to={`/certificates/${certificate.id}/edit`} size="sm">{t("common.edit")}</LinkButton>;
  if (!certificate.deployments.length) {
    return <Empty title={t("certificate.noTarget")} actions={edit}>{t("edit.deploy.none")}</Empty>;
  }
  return (
    <div className="grid-main">
      <div className="stack">
        {certificate.deployments.map((one) => <Target key={one.id} certificate={certificate} deployment={one} actions={
          <div className="row">
            {operator && !!certificate.version && <LinkButton to="?do=deploy" size="sm">{t("certificate.deploy")}</LinkButton>}
            {edit}
          </div>
        } />)}
      </div>
      <Served certificate={certificate} />
    </div>
  );
}

function Target({ certificate, deployment, actions }: { certificate: Certificate; deployment: One; actions: ReactNode }) {
  const targets = useTargetKinds();
  const kind = targets.data?.items.find(({ name }) => name === deployment.target);
  const label = (name: string) => kind?.fields.find((field) => field.name === name)?.label ?? name;
  const settings = Object.entries(deployment.settings);
  return (
    <Card title={<span data-value>{kind?.title ?? deployment.target}</span>} actions={actions}>
      <How deployment={deployment} />
      {deployment.last_failure && <FailureBox failure={deployment.last_failure} />}
      <Facts facts={[
        !!deployment.deployed && [t("certificate.deployedVersion"), <VersionId id={deployment.deployed} />],
        !!deployment.wanted && deployment.wanted !== deployment.deployed && [t("certificate.wantedVersion"), <VersionId id={deployment.wanted} />],
        ...settings.map(([name, value]) =>
          [label(name), <code className="break" data-value>{Array.isArray(value) ? joinCommand(value.map(String)) : String(value)}</code>] as const),
      ]} />
      {settings.length === 0 && <p className="soft">{t("certificate.foundByItself")}</p>}
      <WhatItDoes certificate={certificate} deployment={deployment} />
    </Card>
  );
}

function How({ deployment }: { deployment: One }) {
  const current = !!deployment.wanted && deployment.wanted === deployment.deployed;
  if (current && deployment.verified_at) {
    return <p className="row"><span className="tone-good" aria-hidden><CheckCircleIcon /></span> <span>{t("certificate.verified")} <Moment at={deployment.verified_at} kind="both" /></span></p>;
  }
  if (deployment.last_failure) {
    return (
      <p className="row">
        <span className="tone-bad" aria-hidden><ExclamationCircleIcon /></span>
        <span>{t("certificate.deployFailed", { number: deployment.failures })}{deployment.next_at && <> {t("step.again")} <Moment at={deployment.next_at} /></>}</span>
      </p>
    );
  }
  return <p className="row"><span className="tone-wait" aria-hidden><ClockIcon /></span> <span>{deployment.wanted ? t("certificate.deployDue") : t("certificate.deployNothing")}</span></p>;
}

/** The steps at this target; asked for when somebody wants to see them. */
function WhatItDoes({ certificate, deployment }: { certificate: Certificate; deployment: One }) {
  const [open, setOpen] = useState(false);
  return (
    <details className="fold" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("certificate.whatDeployingDoes")}</summary>
      <div>{open && <Steps certificate={certificate} deployment={deployment} />}</div>
    </details>
  );
}

function Steps({ certificate, deployment }: { certificate: Certificate; deployment: One }) {
  const plan = usePlan(certificate);
  return (
    <Loaded query={plan} lines={4}>
      {({ plans }) => {
        const one = plans.find(({ deployment: id }) => id === deployment.id);
        return one ? <Plan plan={one} untitled /> : <p className="soft">{t("common.none")}</p>;
      }}
    </Loaded>
  );
}

function VersionId({ id }: { id: string }) {
  return <code title={id} data-value>{shortId(id)}</code>;
}
