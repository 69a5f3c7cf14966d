// What may keep the service from its work: what was found, what to do, and repairs one may accept.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import CheckCircleIcon from "@patternfly/react-icons/dist/esm/icons/check-circle-icon";
import ExclamationCircleIcon from "@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon";
import ExclamationTriangleIcon from "@patternfly/react-icons/dist/esm/icons/exclamation-triangle-icon";
import type { Finding, Grade, RepairKind } from "@gen/api";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type ComponentType, useState } from "react";
import { answer, api } from "@/api/client";
import { queries } from "@/app/queries";
import { useMay } from "@/app/session";
import { Copy } from "@/parts/Copy";
import { Dialog } from "@/parts/Dialog";
import { Moment } from "@/parts/Moment";
import { Card, Loaded } from "@/parts/Page";
import { sentence } from "@/parts/Trouble";
import { t, type TextId } from "@/text";

const LOOKS: Record<Grade, { order: number; tone: string; icon: ComponentType; text: TextId }> = {
  error: { order: 0, tone: "bad", icon: ExclamationCircleIcon, text: "test.fault" },
  warning: { order: 1, tone: "warn", icon: ExclamationTriangleIcon, text: "test.warning" },
  ok: { order: 2, tone: "good", icon: CheckCircleIcon, text: "test.ok" },
};

/** How each check is called; one that is newer than these pages goes by its own word. */
const CHECKS: Record<string, TextId> = {
  modes: "system.check.modes",
  owners: "system.check.owners",
  space: "system.check.space",
  database: "system.check.database",
  backup: "system.check.backup",
  resolver: "system.check.resolver",
  clock: "system.check.clock",
  port: "system.check.port",
  authorities: "system.check.authorities",
};

export function Doctor() {
  const [repairing, setRepairing] = useState<Finding>();
  const diagnosis = useQuery({ queryKey: ["doctor"], queryFn: () => answer(api.GET("/api/v1/doctor")), staleTime: 60_000 });
  const repair = useMutation({
    mutationFn: (kind: RepairKind) => answer(api.POST("/api/v1/doctor", { body: { repair: kind } })),
    onSuccess: () => {
      setRepairing(undefined);
      for (const noun of ["doctor", "service", "backups"]) void queries.invalidateQueries({ queryKey: [noun] });
    },
  });
  return (
    <Card title={t("system.doctor")} flush
      actions={
        <div className="row">
          {diagnosis.data && <Copy text={asText(diagnosis.data.findings)} label={t("failure.copy")} />}
          <Button variant="secondary" size="sm" onClick={() => void diagnosis.refetch()} isLoading={diagnosis.isFetching} isDisabled={diagnosis.isFetching}>{t("certificate.planAgain")}</Button>
        </div>
      }>
      <div className="padded" role="status">
        {diagnosis.data && <Verdict findings={diagnosis.data.findings} at={diagnosis.dataUpdatedAt} />}
      </div>
      <Loaded query={diagnosis} lines={8}>
        {({ findings }) => (
          <ul className="findings">
            {[...findings].sort((one, other) => LOOKS[one.grade].order - LOOKS[other.grade].order).map((finding, index) => (
              <Row key={finding.check + index} finding={finding} repair={() => setRepairing(finding)} />
            ))}
          </ul>
        )}
      </Loaded>
      {repairing?.repair && (
        <Dialog title={t(`system.repair.${repairing.repair}`)} yes={t("system.repair.yes")} doing={repair} act={() => repairing.repair && repair.mutate(repairing.repair)}
          close={() => { setRepairing(undefined); repair.reset(); }}>
          <p data-value>{sentence(repairing.words)}</p>
          <p>{t(`system.repair.${repairing.repair}.what`)}</p>
        </Dialog>
      )}
    </Card>
  );
}

function Verdict({ findings, at }: { findings: readonly Finding[]; at: number }) {
  const number = (grade: Grade) => findings.filter((one) => one.grade === grade).length;
  const [faults, warnings] = [number("error"), number("warning")];
  const grade: Grade = faults ? "error" : warnings ? "warning" : "ok";
  const { tone, icon: Icon } = LOOKS[grade];
  return (
    <p className="with-icon verdict">
      <span className={`badge tone-${tone}`}><Icon />{t("system.verdict", { faults, warnings })}</span>
      <span className="soft">{t("system.looked")} <Moment at={new Date(at).toISOString()} /></span>
    </p>
  );
}

function Row({ finding, repair }: { finding: Finding; repair: () => void }) {
  const administrator = useMay("administrator");
  const { tone, icon: Icon, text } = LOOKS[finding.grade];
  const check = CHECKS[finding.check];
  return (
    <li>
      <span className={`tone-${tone}`} aria-hidden><Icon /></span>
      <span className="unseen">{t(text)}</span>
      <b className="check">{check ? t(check) : <span data-value>{sentence(finding.check)}</span>}</b>
      <div className="grow">
        <span className={finding.grade === "ok" ? "soft break" : "break"} data-value>{sentence(finding.words)}</span>
        {finding.remedy && <div><b>{t("failure.next")}</b> <span className="break" data-value>{sentence(finding.remedy)}</span></div>}
        {finding.repair && administrator && (
          <div className="row repair"><Button variant="secondary" size="sm" onClick={repair}>{t(`system.repair.${finding.repair}`)}</Button></div>
        )}
      </div>
    </li>
  );
}

function asText(findings: readonly Finding[]): string {
  return findings.map((one) => `[${one.grade}] ${one.check}: ${one.words}${one.remedy ? `\n    ${one.remedy}` : ""}`).join("\n");
}
