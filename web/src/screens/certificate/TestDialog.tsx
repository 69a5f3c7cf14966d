// Test: every check with what was seen and what to do, what blocks first. Nothing is ordered or changed by it.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core/dist/esm/components/Modal";
import CheckCircleIcon from "@patternfly/react-icons/dist/esm/icons/check-circle-icon";
import ExclamationCircleIcon from "@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon";
import ExclamationTriangleIcon from "@patternfly/react-icons/dist/esm/icons/exclamation-triangle-icon";
import MinusCircleIcon from "@patternfly/react-icons/dist/esm/icons/minus-circle-icon";
import type { Certificate, Check, Verdict } from "@gen/api";
import { useQuery } from "@tanstack/react-query";
import type { ComponentType } from "react";
import { answer, api } from "@/api/client";
import { CloseWord } from "@/parts/CloseWord";
import { Copy } from "@/parts/Copy";
import { Skeleton } from "@/parts/Page";
import { ProblemBox, sentence } from "@/parts/Trouble";
import { Words } from "@/parts/Words";
import { t, type TextId } from "@/text";

const LOOKS: Record<Verdict, [order: number, tone: string, icon: ComponentType, text: TextId]> = {
  fault: [0, "bad", ExclamationCircleIcon, "test.fault"],
  warning: [1, "warn", ExclamationTriangleIcon, "test.warning"],
  skipped: [2, "calm", MinusCircleIcon, "test.skipped"],
  ok: [3, "good", CheckCircleIcon, "test.ok"],
};

export function TestDialog({ certificate, close }: { certificate: Certificate; close: () => void }) {
  const test = useQuery({
    queryKey: ["test", certificate.id],
    queryFn: ({ signal }) => answer(api.POST("/api/v1/certificates/{certificate}/test", { params: { path: { certificate: certificate.id } }, signal })),
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
  });
  const checks = [...(test.data?.checks ?? [])].sort((one, other) => LOOKS[one.verdict][0] - LOOKS[other.verdict][0]);
  const number = (verdict: Verdict) => checks.filter((check) => check.verdict === verdict).length;
  const summary = t("test.summary", { faults: number("fault"), warnings: number("warning"), ok: number("ok") });
  return (
    <Modal isOpen onClose={close} variant="large" aria-labelledby="test-title">
      <CloseWord />
      <ModalHeader labelId="test-title" title={t("bulk.test.one", { name: certificate.name })} />
      <ModalBody className="stack">
        {test.isFetching ? (
          <><p role="status">{t("test.looking")}</p><Skeleton lines={6} /></>
        ) : test.error ? (
          <ProblemBox error={test.error} retry={() => void test.refetch()} />
        ) : (
          <>
            <p role="status" className="strong">{summary}</p>
            <ul className="checks">{checks.filter(({ verdict }) => verdict !== "ok").map((check) => <Line key={check.name + check.subject} check={check} />)}</ul>
            {number("ok") > 0 && (
              <details className="fold" open={number("ok") === checks.length}>
                <summary>{t("test.good", { number: number("ok") })}</summary>
                <ul className="checks">{checks.filter(({ verdict }) => verdict === "ok").map((check) => <Line key={check.name + check.subject} check={check} />)}</ul>
              </details>
            )}
          </>
        )}
      </ModalBody>
      <ModalFooter>
        <Button variant="primary" onClick={close}>{t("common.close")}</Button>
        <Button variant="secondary" onClick={() => void test.refetch()} isDisabled={test.isFetching}>{t("test.again")}</Button>
        {test.data && <Copy text={`${certificate.name}: ${summary}\n${checks.map(asText).join("\n")}`} label={t("failure.copy")} />}
      </ModalFooter>
    </Modal>
  );
}

function Line({ check }: { check: Check }) {
  const [, tone, Icon, text] = LOOKS[check.verdict];
  return (
    <li>
      <span className={`tone-${tone}`} aria-hidden><Icon /></span>
      <div>
        <span className="unseen">{t(text)}</span>
        <span className={check.verdict === "fault" ? "strong" : undefined} data-value>{check.subject && <b>{check.subject} </b>}<Words text={check.words} /></span>
        {check.remedy && <p className="soft"><b>{t("failure.next")}</b> <span data-value>{sentence(check.remedy)}</span></p>}
      </div>
      <code className="soft" data-value>{check.name}</code>
    </li>
  );
}

function asText(check: Check): string {
  return `[${check.verdict}] ${check.subject}: ${check.words}${check.remedy ? `\n    ${check.remedy}` : ""} (${check.name})`;
}
