// Test: each is looked at, a few at a time; nothing is changed by it.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core/dist/esm/components/Modal";
import type { Check } from "@gen/api";
import { useEffect, useRef, useState } from "react";
import { Link } from "wouter";
import { answer, api } from "@/api/client";
import { problemOf } from "@/api/problem";
import { CloseWord } from "@/parts/CloseWord";
import { ProblemBox } from "@/parts/Trouble";
import { t } from "@/text";
import type { BulkProps } from "./Dialogs";

/** How many are looked at together: each asks servers elsewhere. */
const TOGETHER = 4;
/** Findings that are shown; more than a person reads at once. */
const SHOWN = 100;

interface Finding {
  id: string;
  faults: Check[];
  error?: string;
}

export function TestDialog({ ids, number, name, close }: BulkProps) {
  const [total, setTotal] = useState(number);
  const [looked, setLooked] = useState(0);
  const [findings, setFindings] = useState<Finding[]>([]);
  const [error, setError] = useState<unknown>();
  const begun = useRef(false);
  useEffect(() => {
    const stop = new AbortController();
    const work = async () => {
      const waiting = await ids();
      setTotal(waiting.length);
      const worker = async () => {
        for (let id = waiting.shift(); id && !stop.signal.aborted; id = waiting.shift()) {
          const finding = await look(id, stop.signal);
          if (stop.signal.aborted) return;
          setLooked((before) => before + 1);
          if (finding) setFindings((before) => [...before, finding]);
        }
      };
      await Promise.all(Array.from({ length: TOGETHER }, worker));
    };
    // React mounts twice while one develops; the second begins the work.
    begun.current = true;
    const timer = setTimeout(() => void work().catch(setError));
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  const over = looked === total;
  return (
    <Modal isOpen onClose={close} variant="large" aria-labelledby="test-title">
      <CloseWord />
      <ModalHeader labelId="test-title" title={name ? t("bulk.test.one", { name }) : t("bulk.test.title", { number })} />
      <ModalBody className="stack">
        {!!error && <ProblemBox error={error} />}
        <progress className="bulk-progress" value={looked} max={Math.max(total, 1)} aria-label={t("bulk.test.progress", { looked, total })} />
        <p role="status">{over ? t("bulk.test.over", { total, faulty: findings.length }) : t("bulk.test.progress", { looked, total })}</p>
        {findings.slice(0, SHOWN).map((finding) => <FindingBox key={finding.id} finding={finding} />)}
        {findings.length > SHOWN && <p className="soft">{t("bulk.andMore", { number: findings.length - SHOWN })}</p>}
      </ModalBody>
      <ModalFooter>
        <Button variant={over ? "primary" : "secondary"} onClick={close}>{over ? t("common.close") : t("bulk.test.stop")}</Button>
      </ModalFooter>
    </Modal>
  );
}

async function look(id: string, signal: AbortSignal): Promise<Finding | undefined> {
  try {
    const report = await answer(api.POST("/api/v1/certificates/{certificate}/test", { params: { path: { certificate: id } }, signal }));
    return report.passed ? undefined : { id, faults: report.checks.filter(({ verdict }) => verdict === "fault") };
  } catch (error) {
    return { id, faults: [], error: problemOf(error).message };
  }
}

function FindingBox({ finding }: { finding: Finding }) {
  return (
    <section className="trouble">
      <h3><Link href={`/certificates/${finding.id}`} data-value>{finding.faults[0]?.subject ?? finding.id}</Link></h3>
      {finding.error && <p data-value>{finding.error}</p>}
      {finding.faults.map((fault) => (
        <div key={fault.name + fault.subject}>
          <p data-value>{fault.words}</p>
          {fault.remedy && <p className="next"><b>{t("failure.next")}</b> <span data-value>{fault.remedy}</span></p>}
        </div>
      ))}
    </section>
  );
}
