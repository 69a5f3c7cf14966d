// What was told while a run went on, moment by moment; the certificate's log has every word that was exchanged besides.
import type { Event, Run } from "@gen/api";
import { Copy } from "@/parts/Copy";
import { clock } from "@/parts/Moment";
import { Card, LinkButton } from "@/parts/Page";
import { Words } from "@/parts/Words";
import { t } from "@/text";

export function RunLog({ run, events }: { run: Run; events: readonly Event[] }) {
  if (!events.length) return null;
  return (
    <Card>
      <details className="fold">
        <summary><h2>{t("run.told", { number: events.length })}</h2></summary>
        <div className="stack tight">
          <ol className="run-told">
            {events.map((event) => (
              <li key={event.id} className={event.level === "error" ? "tone-bad" : event.level === "warning" ? "tone-warn" : undefined} data-value>
                <time dateTime={event.at} title={event.at}>{clock(new Date(event.at))}</time> <span><Words text={event.message} /></span>
              </li>
            ))}
          </ol>
          <div className="row">
            <Copy text={events.map(({ at, message }) => `${at} ${message}`).join("\n")} label={t("failure.copy")} />
            <LinkButton to={`/certificates/${run.certificate}/log?at=${encodeURIComponent(run.created_at)}`} variant="link" size="sm">{t("run.wholeLog")}</LinkButton>
          </div>
        </div>
      </details>
    </Card>
  );
}
