// What can be done with a certificate. What changes something shows first what it will do. Which dialog is open stands in the
// address (`?do=test`), so that any link can open it and going back closes it.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Divider } from "@patternfly/react-core/dist/esm/components/Divider";
import { Dropdown, DropdownItem, DropdownList } from "@patternfly/react-core/dist/esm/components/Dropdown";
import { MenuToggle } from "@patternfly/react-core/dist/esm/components/MenuToggle";
import type { Certificate } from "@gen/api";
import { lazy, Suspense, useState } from "react";
import { useLocation, useSearchParams } from "wouter";
import { useMay } from "@/app/session";
import { withWords } from "@/parts/address";
import { LinkButton } from "@/parts/Page";
import { t } from "@/text";
import { DOINGS, type Doing } from "./doings";

const Dialogs = lazy(() => import("./Dialogs"));

/** The dialog that is open, and the way to open another or none. */
export function useDoing(): [Doing | undefined, (doing: Doing | undefined) => void] {
  const [search, setSearch] = useSearchParams();
  const doing = DOINGS.find((one) => one === search.get("do"));
  const set = (next: Doing | undefined) =>
    setSearch((before) => withWords(before, { do: next }), { replace: !next });
  return [doing, set];
}

export function Actions({ certificate }: { certificate: Certificate }) {
  const operator = useMay("operator");
  const [open, setOpen] = useState(false);
  const [doing, setDoing] = useDoing();
  const [, navigate] = useLocation();
  const to = `/certificates/${certificate.id}`;
  if (!operator) return <LinkButton to={`${to}/plan`}>{t("certificate.preview")}</LinkButton>;
  const served = !!certificate.version;
  const item = (what: Doing, text: string, possible = true, danger = false) =>
    possible && <DropdownItem isDanger={danger} onClick={() => setDoing(what)}>{text}</DropdownItem>;
  return (
    <>
      <Button variant="secondary" onClick={() => setDoing("test")}>{t("bulk.test")}</Button>
      <LinkButton to={`${to}/edit`}>{t("common.edit")}</LinkButton>
      <Button variant="primary" onClick={() => setDoing("request")}>{served ? t("certificate.renew") : t("certificate.request")}</Button>
      <Dropdown isOpen={open} onOpenChange={setOpen} onSelect={() => setOpen(false)} popperProps={{ position: "end" }}
        toggle={(ref) => <MenuToggle ref={ref} isExpanded={open} onClick={() => setOpen(!open)}>{t("common.more")}</MenuToggle>}>
        <DropdownList>
          {item("deploy", t("certificate.deploy"), served && certificate.deployments.length > 0)}
          {item(certificate.paused ? "resume" : "pause", certificate.paused ? t("bulk.resume") : t("bulk.pause"))}
          {item("reset", t("certificate.reset"), hasFailures(certificate))}
          {served && <DropdownItem onClick={() => navigate(`${to}/history`)}>{t("certificate.rollBackTo")}</DropdownItem>}
          {item("export", t("certificate.export"), served)}
          <DropdownItem onClick={() => navigate(`/certificates/new?names=${encodeURIComponent(certificate.identifiers_shown.join(","))}`)}>{t("certificate.another")}</DropdownItem>
          <Divider component="li" />
          {item("revoke", t("certificate.revoke"), served, true)}
          {item("delete", t("certificate.delete"), true, true)}
        </DropdownList>
      </Dropdown>
      {doing && (
        <Suspense fallback={null}>
          <Dialogs doing={doing} certificate={certificate} close={() => setDoing(undefined)} />
        </Suspense>
      )}
    </>
  );
}

/** Whether there are failures to be forgotten. */
export function hasFailures(certificate: Certificate): boolean {
  return certificate.failures > 0 || certificate.deployments.some(({ failures }) => failures > 0);
}
