// One certificate: how it is and why, what is served, what happens next, and what can be done.
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { Link } from "wouter";
import { answer, api } from "@/api/client";
import { Problem } from "@/api/problem";
import { HealthBadge } from "@/parts/Health";
import { Moment } from "@/parts/Moment";
import { Empty, LinkButton, PageHead, Skeleton } from "@/parts/Page";
import { Remedy } from "@/parts/Remedy";
import { Tabs } from "@/parts/Tabs";
import { ProblemBox } from "@/parts/Trouble";
import { Words } from "@/parts/Words";
import { t, type TextId } from "@/text";
import { Actions } from "./Actions";
import "./certificate.css";
import { Overview } from "./Overview";

const TABS = {
  overview: Overview,
  names: lazy(() => import("./Names")),
  deployment: lazy(() => import("./Deployment")),
  plan: lazy(() => import("./Plan")),
  history: lazy(() => import("./History")),
  advanced: lazy(() => import("./Advanced")),
  log: lazy(() => import("./Log")),
};
type Tab = keyof typeof TABS;

export default function CertificateScreen({ id, tab = "overview" }: { id: string; tab?: string }) {
  const query = useQuery({
    queryKey: ["certificate", id],
    queryFn: () => answer(api.GET("/api/v1/certificates/{certificate}", { params: { path: { certificate: id } } })),
  });
  if (query.error && !query.data) {
    if (query.error instanceof Problem && query.error.kind === "not-found") {
      return (
        <Empty page title={t("certificate.gone")} actions={<LinkButton to="/certificates">{t("nav.certificates")}</LinkButton>}>
          {t("app.nowhere.why")}
        </Empty>
      );
    }
    return <ProblemBox error={query.error} retry={() => void query.refetch()} />;
  }
  if (!query.data) return <Skeleton lines={10} />;
  const certificate = query.data;
  const Screen = TABS[tab as Tab];
  return (
    <>
      <PageHead title={certificate.name} isName above={{ to: "/certificates", title: t("nav.certificates") }}
        badge={<>
          <HealthBadge health={certificate.health} />
          {certificate.staging && <span className="tag">{t("certificates.staging")}</span>}
        </>}
        lead={
          <>
            <span data-value><Words text={certificate.health_words} />.</span>{" "}
            {certificate.not_after && <>{t("certificate.ends")} <Moment at={certificate.not_after} kind="both" />. </>}
            {certificate.live_run && <Link href={`/activity/runs/${certificate.live_run}`}>{t("certificate.running")}</Link>}
          </>
        }
        actions={<Actions certificate={certificate} />} />
      <Remedy certificate={certificate} />
      <Tabs label={t("certificate.parts")} current={tab}
        tabs={(Object.keys(TABS) as Tab[]).map((one) => [
          one,
          `/certificates/${id}${one === "overview" ? "" : `/${one}`}`,
          t(one === "names" ? "certificate.names.tab" : (`certificate.${one}` as TextId)),
        ])} />
      {Screen ? (
        <Suspense fallback={<Skeleton lines={6} />}><Screen certificate={certificate} /></Suspense>
      ) : (
        <Empty title={t("app.nowhere")}>{t("app.nowhere.why")}</Empty>
      )}
    </>
  );
}
