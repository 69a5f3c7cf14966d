// What a request would do now, step by step.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import type { Certificate } from "@gen/api";
import { useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import { useMay } from "@/app/session";
import { Copy } from "@/parts/Copy";
import { Card, LinkButton, Loaded } from "@/parts/Page";
import { Preview } from "@/parts/Preview";
import { Words } from "@/parts/Words";
import { t } from "@/text";

/** The plan as things are. */
export function usePlan(certificate: Certificate) {
  return useQuery({
    queryKey: ["certificate", certificate.id, "plan", certificate.revision],
    queryFn: () => answer(api.POST("/api/v1/certificates/{certificate}/preview", { params: { path: { certificate: certificate.id } } })),
    retry: false,
  });
}

export default function Plan({ certificate }: { certificate: Certificate }) {
  const operator = useMay("operator");
  const plan = usePlan(certificate);
  return (
    <Card title={t("edit.plan")}
      actions={
        <div className="row">
          {plan.data && <Copy text={plan.data.text} label={t("failure.copy")} />}
          <Button variant="secondary" size="sm" onClick={() => void plan.refetch()} isLoading={plan.isFetching}>{t("certificate.planAgain")}</Button>
          {operator && plan.data?.fingerprint && <LinkButton to="?do=request" variant="primary" size="sm">{t("certificate.planDo")}</LinkButton>}
        </div>
      }>
      <p className="soft">{t("certificate.planWhat")}</p>
      <Loaded query={plan} lines={8}>
        {(value) => (
          <>
            <p className="strong" data-value><Words text={value.due} /></p>
            <div className="plans"><Preview preview={value} /></div>
          </>
        )}
      </Loaded>
    </Card>
  );
}
