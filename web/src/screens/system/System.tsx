// The service itself: whether it is well, with repairs one may accept; where it listens; how it is watched.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import ExternalLinkAltIcon from "@patternfly/react-icons/dist/esm/icons/external-link-alt-icon";
import type { Service, ServiceTrouble } from "@gen/api";
import { type UseQueryResult, useMutation } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import { useService } from "@/app/service";
import { useMay } from "@/app/session";
import { bytesInWords } from "@/parts/bytes";
import { Copy } from "@/parts/Copy";
import { Moment } from "@/parts/Moment";
import { Card, Facts, LinkButton, Loaded, PageHead } from "@/parts/Page";
import { ProblemBox, sentence } from "@/parts/Trouble";
import { save } from "@/screens/certificate/save";
import { t } from "@/text";
import { Doctor } from "./Doctor";
import "./system.css";

export default function System() {
  const service = useService();
  return (
    <>
      <PageHead title={t("nav.system")} lead={t("system.lead")} actions={<SupportButton />} />
      {service.data?.troubles?.map((trouble) => <Trouble key={trouble.about} trouble={trouble} />)}
      <div className="grid-main">
        <Doctor />
        <div className="stack">
          <ServiceCard service={service} />
          <Watching />
        </div>
      </div>
    </>
  );
}

function Trouble({ trouble }: { trouble: ServiceTrouble }) {
  return (
    <section className="trouble">
      <h2 data-value>{sentence(trouble.words)}</h2>
      {trouble.remedy && <p className="next"><b>{t("failure.next")}</b> <span data-value>{sentence(trouble.remedy)}</span></p>}
      <div className="row">
        {trouble.about === "backup" && <LinkButton size="sm" to="/settings/backups">{t("settings.backups")}</LinkButton>}
        <code className="end soft" data-value>{trouble.about}</code>
      </div>
    </section>
  );
}

function ServiceCard({ service }: { service: UseQueryResult<Service> }) {
  return (
    <Card title={t("system.service")}>
      <Loaded query={service} lines={5}>
        {(value) => (
          <Facts facts={[
            [t("system.version"), <span data-value>{value.version}</span>],
            [t("system.since"), <Moment at={value.started_at} kind="both" />],
            [t("system.next"), value.next_moment ? <Moment at={value.next_moment} kind="both" /> : t("common.none")],
            [t("system.listeners"), (
              <ul className="bare" data-value>
                {value.listeners.map((one) => <li key={one} className="hash"><code className="break grow">{one}</code><Copy text={one} /></li>)}
              </ul>
            )],
            [t("system.database"), (
              <>
                <span className="hash"><code className="break grow" data-value>{value.database?.path}</code><Copy text={value.database?.path ?? ""} /></span>
                <span className="soft">{t("system.database.size", { size: bytesInWords(value.database?.bytes ?? 0), journal: bytesInWords(value.database?.journal_bytes ?? 0) })}</span>
              </>
            )],
            [t("system.data"), <span className="hash"><code className="break grow" data-value>{value.data_directory}</code><Copy text={value.data_directory} /></span>],
          ]} />
        )}
      </Loaded>
      <div className="row">
        <LinkButton size="sm" variant="link" to="/settings/paths">{t("settings.paths")}</LinkButton>
        <LinkButton size="sm" variant="link" to="/settings/backups">{t("settings.backups")}</LinkButton>
      </div>
    </Card>
  );
}

/** For programs that watch: what answers, and as whom. */
function Watching() {
  const administrator = useMay("administrator");
  const scrape = [
    "scrape_configs:",
    "  - job_name: certwright",
    ...(location.protocol === "https:" ? ["    scheme: https"] : []),
    "    authorization: { credentials_file: /etc/prometheus/certwright-token }",
    `    static_configs: [{ targets: ["${location.host}"] }]`,
  ].join("\n");
  return (
    <Card title={t("system.watching")}>
      <ul className="watch">
        <Address path="/healthz" words={t("system.alive")} />
        <Address path="/readyz" words={t("system.ready")} />
        <Address path="/metrics" words={t("system.metrics")} />
        <Address path="/api/v1/openapi.json" words={t("system.api")} />
      </ul>
      <p className="soft">{t("system.metrics.what")}</p>
      <pre className="scrape" data-value>{scrape}</pre>
      <div className="row">
        <Copy text={scrape} label={t("system.scrape")} />
        {administrator && <LinkButton size="sm" variant="link" to="/settings/tokens">{t("system.token")}</LinkButton>}
      </div>
      <p className="soft">{t("system.alert")} <code className="break" data-value>certwright_earliest_served_expiry_seconds - time() &lt; 86400 * 10</code></p>
    </Card>
  );
}

function Address({ path, words }: { path: string; words: string }) {
  return (
    <li>
      <div className="grow">
        <a href={path} target="_blank" rel="noreferrer" className="with-icon"><code data-value>{path}</code><ExternalLinkAltIcon aria-hidden /></a>
        <div className="soft">{words}</div>
      </div>
      <Copy text={location.origin + path} />
    </li>
  );
}

/** How the service stands, in a file for whoever helps. */
function SupportButton() {
  const administrator = useMay("administrator");
  const bundle = useMutation({
    mutationFn: () => answer(api.GET("/api/v1/support-bundle")),
    onSuccess: (value) => save(`certwright-support-${value.made_at.slice(0, 10)}.json`, `${JSON.stringify(value, null, 2)}\n`, "application/json"),
  });
  if (!administrator) return null;
  return (
    <div className="stack tight">
      <Button variant="secondary" onClick={() => bundle.mutate()} isLoading={bundle.isPending} isDisabled={bundle.isPending}>{t("system.support")}</Button>
      <span className="soft" role="status">{bundle.isSuccess ? t("system.support.saved") : ""}</span>
      {!!bundle.error && <ProblemBox error={bundle.error} />}
    </div>
  );
}
