// The dialogs of a certificate, loaded when the first one opens.
import type { Certificate, Version } from "@gen/api";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useRef } from "react";
import { useLocation } from "wouter";
import { answer, api } from "@/api/client";
import { queries } from "@/app/queries";
import { Dialog } from "@/parts/Dialog";
import { Moment } from "@/parts/Moment";
import { PlanLines } from "@/parts/Preview";
import { ChangeDialog } from "@/screens/certificates/bulk/ChangeDialog";
import { t } from "@/text";
import type { Doing } from "./doings";
import { ExportDialog } from "./ExportDialog";
import { RequestDialog } from "./RequestDialog";
import { RevokeDialog } from "./RevokeDialog";
import { TestDialog } from "./TestDialog";


/** What was read of the certificate is asked for again. */
export function changed(): void {
  for (const noun of ["certificate", "certificates", "runs", "service"]) void queries.invalidateQueries({ queryKey: [noun] });
}

export default function Dialogs({ doing, certificate, version, close }: {
  doing: Doing;
  certificate: Certificate;
  /** The version it is about, where it is not the newest. */
  version?: Version;
  close: () => void;
}) {
  const [, navigate] = useLocation();
  const gone = useRef(false);
  const path = { certificate: certificate.id };
  switch (doing) {
    case "request":
      return <RequestDialog certificate={certificate} close={close} />;
    case "test":
      return <TestDialog certificate={certificate} close={close} />;
    case "export":
      return <ExportDialog certificate={certificate} close={close} />;
    case "revoke":
      return <RevokeDialog certificate={certificate} version={version ?? certificate.version} close={close} />;
    case "pause":
    case "resume":
      return <ChangeDialog act={doing} ids={() => Promise.resolve([certificate.id])} number={1} name={certificate.name} close={close} done={changed} />;
    case "delete":
      return (
        <ChangeDialog act="delete" ids={() => Promise.resolve([certificate.id])} number={1} name={certificate.name}
          plan={<Deleting certificate={certificate} />}
          done={() => { gone.current = true; }}
          // Closing stays at this address, where nothing is any more.
          close={() => (gone.current ? navigate("/certificates", { replace: true }) : close())} />
      );
    case "deploy":
      return (
        <Simple title={t("certificate.deploy")} what={t("certificate.deploy.what")} close={close}
          act={() => answer(api.POST("/api/v1/certificates/{certificate}/deploy", { params: { path } }))} />
      );
    case "reset":
      return (
        <Simple title={t("certificate.reset")} what={t("certificate.reset.what")} close={close}
          act={() => answer(api.POST("/api/v1/certificates/{certificate}/reset", { params: { path } }))} />
      );
    case "roll-back":
      return (
        <Simple title={t("certificate.rollBack")} what={t("certificate.rollBack.what")} close={close}
          act={() => answer(api.POST("/api/v1/certificates/{certificate}/roll-back", { params: { path }, body: { version: version?.id } }))} />
      );
    case "refetch":
      return (
        <Simple title={t("certificate.refetch")} what={t("certificate.refetch.what")} close={close} keepsOpen
          act={() => answer(api.POST("/api/v1/certificates/{certificate}/refetch", { params: { path }, body: {} }))}
          told={({ changed: other, issuers }) => <>{other ? t("certificate.refetch.changed") : t("certificate.refetch.same")} <span data-value>{issuers.join(", ")}</span></>} />
      );
    case "revocation":
      return (
        <Simple title={t("certificate.revocation")} what={t("certificate.revocation.what")} close={close} keepsOpen
          act={() => answer(api.POST("/api/v1/certificates/{certificate}/check-revocation", { params: { path } }))}
          told={({ revocation }) => (revocation ? t("certificate.revocation.yes") : t("certificate.revocation.no"))} />
      );
  }
}

/** What deleting does to this certificate, and what it leaves. */
function Deleting({ certificate }: { certificate: Certificate }) {
  const targets = [...new Set(certificate.deployments.filter(({ deployed }) => deployed).map(({ target }) => target))];
  return (
    <PlanLines lines={[
      t("certificate.delete.renewal"),
      t("certificate.delete.stored"),
      targets.length > 0 && certificate.not_after
        ? <>{t("certificate.delete.served")} <span data-value>{targets.join(", ")}</span> · {t("certificate.until")} <Moment at={certificate.not_after} kind="both" /></>
        : t("certificate.delete.notServed"),
      t("certificate.delete.notRevoked"),
    ]} />
  );
}

/** What it does, yes or no; and, where there is something to tell, what came of it. */
function Simple<T>({ title, what, act, told, keepsOpen, close }: {
  title: string;
  what: string;
  act: () => Promise<T>;
  told?: (answer: T) => ReactNode;
  keepsOpen?: boolean;
  close: () => void;
}) {
  const doing = useMutation({
    mutationFn: act,
    onSuccess: () => {
      changed();
      if (!keepsOpen) close();
    },
  });
  return (
    <Dialog title={title} yes={doing.data !== undefined ? t("common.close") : title} doing={doing} close={close} act={() => (doing.data !== undefined ? close() : doing.mutate())}>
      <p>{what}</p>
      <div role="status" className="strong">{doing.data !== undefined && told?.(doing.data)}</div>
    </Dialog>
  );
}
