// Requesting: the plan first, then exactly that plan, by its fingerprint. If something has changed meanwhile, nothing is done.
import { Checkbox } from "@patternfly/react-core/dist/esm/components/Checkbox";
import type { Certificate } from "@gen/api";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { answer, api } from "@/api/client";
import { useOnce } from "@/api/once";
import { Problem } from "@/api/problem";
import { requestCertificate } from "@/api/requests";
import { Dialog } from "@/parts/Dialog";
import { Skeleton } from "@/parts/Page";
import { Preview } from "@/parts/Preview";
import { ProblemBox } from "@/parts/Trouble";
import { Words } from "@/parts/Words";
import { t } from "@/text";
import { changed } from "./Dialogs";

export function RequestDialog({ certificate, close }: { certificate: Certificate; close: () => void }) {
  const [, navigate] = useLocation();
  const [force, setForce] = useState(false);
  const once = useOnce();
  const preview = useQuery({
    // Not under a key that events refresh: what one says yes to must stay what was shown.
    queryKey: ["request-preview", certificate.id],
    queryFn: () => answer(api.POST("/api/v1/certificates/{certificate}/preview", { params: { path: { certificate: certificate.id } } })),
    staleTime: Infinity,
    gcTime: 0,
  });
  const request = useMutation({
    mutationFn: () => {
      const body = { plan: preview.data?.fingerprint, force };
      return requestCertificate(certificate.id, body, once(body));
    },
    onSuccess: (run) => {
      changed();
      close();
      navigate(`/activity/runs/${run.id}`);
    },
    onError: (error) => {
      if (error instanceof Problem && error.kind === "plan-changed") void preview.refetch();
    },
  });
  const limited = request.error instanceof Problem && request.error.kind === "rate-limited";
  return (
    <Dialog title={certificate.version ? t("bulk.renew.one", { name: certificate.name }) : t("certificate.request.title", { name: certificate.name })} wide
      yes={certificate.version ? t("certificate.renew") : t("certificate.request")} doing={request} act={() => request.mutate()} close={close}
      disabled={!preview.data?.fingerprint}>
      {preview.error ? <ProblemBox error={preview.error} retry={() => void preview.refetch()} /> : !preview.data ? <Skeleton lines={8} /> : (
        <>
          <p className="soft" data-value><Words text={preview.data.due} /></p>
          <Preview preview={preview.data} level={2} />
        </>
      )}
      {(limited || force) && (
        <Checkbox id="request-force" label={t("bulk.renew.force")} description={t("bulk.renew.force.why")} isChecked={force} onChange={(_, on) => setForce(on)} />
      )}
    </Dialog>
  );
}
