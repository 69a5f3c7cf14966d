// What happened and happens: runs, events as they come, and who changed what.
import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "wouter";
import TimesIcon from "@patternfly/react-icons/dist/esm/icons/times-icon";
import { answer, api } from "@/api/client";
import { withWords } from "@/parts/address";
import { Empty, LinkButton, PageHead } from "@/parts/Page";
import { useOffset } from "@/parts/Pager";
import { Tabs } from "@/parts/Tabs";
import { t, type TextId } from "@/text";
import { Audit } from "./Audit";
import { Events } from "./Events";
import { Incidents } from "./Incidents";
import { RunList } from "./RunList";

const TABS = ["runs", "events", "incidents", "audit"] as const;

export default function Activity({ tab = "runs" }: { tab?: string }) {
  const known = TABS.find((one) => one === tab);
  const [search] = useSearchParams();
  const certificate = search.get("certificate");
  // What one looks at stays the same from runs to events; the audit has words of its own.
  const to = (one: (typeof TABS)[number]) =>
    (one === "runs" ? "/activity" : `/activity/${one}`) + (certificate && (one === "runs" || one === "events") ? `?certificate=${encodeURIComponent(certificate)}` : "");
  return (
    <>
      <PageHead title={t("nav.activity")} lead={known && t(`activity.${known}.what` as TextId)} />
      <Tabs label={t("activity.parts")} current={known} tabs={TABS.map((one) => [one, to(one), t(`activity.${one}` as TextId)])} />
      {known === "runs" ? <Runs /> : known === "events" ? <Events /> : known === "incidents" ? <Incidents /> : known === "audit" ? <Audit /> : <Empty title={t("app.nowhere")}>{t("app.nowhere.why")}</Empty>}
    </>
  );
}

/** The certificate that the address narrows the lists to, as a chip that takes that back. */
export function OfCertificate() {
  const [search, setSearch] = useSearchParams();
  const id = search.get("certificate");
  const certificate = useQuery({
    queryKey: ["certificate", id],
    queryFn: () => answer(api.GET("/api/v1/certificates/{certificate}", { params: { path: { certificate: id ?? "" } } })),
    enabled: !!id,
    retry: false,
  });
  if (!id) return null;
  const name = certificate.data?.name ?? id;
  return (
    <button type="button" className="chip" aria-pressed onClick={() => setSearch((before) => withWords(before, { ...FROM_THE_FIRST, certificate: undefined }))} aria-label={t("activity.ofAll", { name })}>
      <span data-value>{name}</span> <TimesIcon />
    </button>
  );
}

/** Another choice begins at the first page. */
const FROM_THE_FIRST = { offset: undefined, to: undefined };

function Runs() {
  const [search, setSearch] = useSearchParams();
  const [offset, go] = useOffset();
  const only = search.get("only");
  const certificate = search.get("certificate") ?? undefined;
  const choices: [string | null, TextId][] = [[null, "activity.all"], ["live", "activity.live"], ["over", "activity.over"]];
  const choose = (value: string | null) =>
    setSearch((before) => withWords(before, { ...FROM_THE_FIRST, only: value }));
  return (
    <>
      <div className="chips" role="group" aria-label={t("activity.which")}>
        {choices.map(([value, text]) => (
          <button key={text} type="button" className="chip" aria-pressed={only === value} onClick={() => choose(value)}>{t(text)}</button>
        ))}
        <OfCertificate />
      </div>
      {only !== "over" && offset === 0 && (
        <RunList title={t("overview.running")} query={{ certificate, live: true, limit: 50 }} empty={t("overview.running.none")} named={!certificate} />
      )}
      {only !== "live" && (
        <RunList title={t("activity.past")} query={{ certificate, live: false }} page={{ offset, go }} named={!certificate}
          empty={certificate ? t("run.none") : <>{t("activity.none")} <LinkButton to="/certificates" variant="link" size="sm">{t("nav.certificates")}</LinkButton></>} />
      )}
    </>
  );
}
