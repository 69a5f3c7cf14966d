// The first run: an authority, then a certificate for what is found on this machine. Each step can be passed over and taken up again.
import CheckIcon from "@patternfly/react-icons/dist/esm/icons/check-icon";
import { useEffect, useRef } from "react";
import { Link, useLocation } from "wouter";
import { useAccounts } from "@/app/reads";
import { useService } from "@/app/service";
import { useMay } from "@/app/session";
import { Empty, Loaded, PageHead } from "@/parts/Page";
import { t, type TextId } from "@/text";
import { AuthorityStep } from "./AuthorityStep";
import { CertificateStep } from "./CertificateStep";
import "./first.css";

const STEPS = ["administrator", "authority", "certificate"] as const;
type Step = (typeof STEPS)[number];

export default function FirstRun({ step }: { step: string | undefined }) {
  const administrator = useMay("administrator");
  const [, navigate] = useLocation();
  const accounts = useAccounts();
  const service = useService();
  if (!administrator) return <Empty page title={t("edit.notPermitted")}>{t("common.notPermitted", { role: t("role.administrator") })}</Empty>;
  const some = (service.data?.certificates ?? []).some(({ number }) => number > 0);
  const usable = (accounts.data?.items ?? []).filter(({ state }) => state !== "deactivated");
  const done: Record<Step, boolean> = { administrator: true, authority: usable.length > 0, certificate: some };
  // Whoever comes back goes on where something is missing.
  const now: Step = step === "authority" || step === "certificate" ? step : usable.length ? "certificate" : "authority";
  return (
    <>
      <PageHead title={t("first.title")} lead={t("first.lead")} />
      <Loaded query={accounts} lines={6}>
        {() => (
          <>
            <Steps now={now} done={done} />
            {now === "authority" ? (
              <AuthorityStep accounts={usable} next={() => navigate("/first-run/certificate")} />
            ) : (
              <CertificateStep accounts={usable} back={() => navigate("/first-run/authority")} />
            )}
          </>
        )}
      </Loaded>
    </>
  );
}

function Steps({ now, done }: { now: Step; done: Record<Step, boolean> }) {
  const current = useRef<HTMLLIElement>(null);
  const first = useRef(true);
  // What had the focus went with the step before.
  useEffect(() => {
    if (first.current) first.current = false;
    else current.current?.focus();
  }, [now]);
  return (
    <ol className="first-steps">
      {STEPS.map((one, index) => {
        const here = one === now;
        const words = (
          <>
            <span className="mark" aria-hidden data-value>{done[one] && !here ? <CheckIcon /> : index + 1}</span>
            {t(`first.${one}` as TextId)}
            {done[one] && <span className="unseen">{t("first.done")}</span>}
          </>
        );
        return (
          <li key={one} aria-current={here ? "step" : undefined} className={done[one] ? "done" : undefined} tabIndex={here ? -1 : undefined} ref={here ? current : undefined}>
            {here || one === "administrator" ? <span>{words}</span> : <Link href={`/first-run/${one}`}>{words}</Link>}
          </li>
        );
      })}
    </ol>
  );
}
