// Everything that was told, the newest first, as it comes.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import ExclamationCircleIcon from "@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon";
import ExclamationTriangleIcon from "@patternfly/react-icons/dist/esm/icons/exclamation-triangle-icon";
import InfoCircleIcon from "@patternfly/react-icons/dist/esm/icons/info-circle-icon";
import type { Event, Level } from "@gen/api";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link, useSearchParams } from "wouter";
import { answer, api } from "@/api/client";
import { clock, dateOnly } from "@/parts/Moment";
import { withWords } from "@/parts/address";
import { Card, Loaded } from "@/parts/Page";
import { Words } from "@/parts/Words";
import { t, type TextId } from "@/text";
import { OfCertificate } from "./Activity";

/** What one look asks for. */
const LOOK = 150;

const LEVELS: Record<Level, [tone: string, icon: typeof InfoCircleIcon, text: TextId]> = {
  info: ["calm", InfoCircleIcon, "events.info"],
  warning: ["warn", ExclamationTriangleIcon, "events.warning"],
  error: ["bad", ExclamationCircleIcon, "events.error"],
};

export function Events() {
  const [search, setSearch] = useSearchParams();
  const certificate = search.get("certificate") ?? undefined;
  const grave = search.get("level") === "grave";
  // The ids of all events follow each other, so that what came before one is known by its id.
  const to = Number.parseInt(search.get("to") ?? "", 10) || undefined;
  const events = useQuery({
    queryKey: to ? ["events", certificate, to] : ["runs", "events", certificate],
    queryFn: () => answer(api.GET("/api/v1/events/list", { params: { query: { certificate, after: to ? Math.max(0, to - LOOK) : undefined, limit: LOOK } } })),
    placeholderData: keepPreviousData,
  });
  const set = (name: string, value: string | undefined) =>
    setSearch((before) => withWords(before, { [name]: value }));
  return (
    <>
      <div className="chips" role="group" aria-label={t("events.which")}>
        <button type="button" className="chip" aria-pressed={!grave} onClick={() => set("level", undefined)}>{t("activity.all")}</button>
        <button type="button" className="chip" aria-pressed={grave} onClick={() => set("level", "grave")}>{t("events.grave")}</button>
        <OfCertificate />
      </div>
      <Card title={to ? t("events.older") : t("events.newest")}
        actions={to ? <Button variant="link" size="sm" onClick={() => set("to", undefined)}>{t("events.toNewest")}</Button> : undefined}>
        <Loaded query={events} lines={10}>
          {({ items }) => {
            const shown = withoutBegun(items).filter(({ id, level }) => (!to || id <= to) && (!grave || level !== "info")).reverse();
            const first = items[0]?.id ?? 1;
            return (
              <>
                {shown.length === 0 ? <p className="soft">{grave ? t("events.noneGrave") : t("events.none")}</p> : <List events={shown} named={!certificate} />}
                {!certificate && first > 1 && (
                  <div className="row"><Button variant="secondary" size="sm" onClick={() => set("to", String(first - 1))}>{t("events.before")}</Button></div>
                )}
                {certificate && items.length >= LOOK && <p className="soft">{t("events.only", { number: LOOK })} <Link href={`/certificates/${certificate}/log`}>{t("run.log")}</Link></p>}
              </>
            );
          }}
        </Loaded>
      </Card>
    </>
  );
}

/** A step that is over needs no line for its beginning. */
function withoutBegun(events: readonly Event[]): Event[] {
  const step = (event: Event) => `${event.run} ${event.step}`;
  const over = new Set(events.filter(({ kind }) => kind === "step-done" || kind === "step-skipped" || kind === "step-failed").map(step));
  return events.filter((event) => event.kind !== "step-begun" || !over.has(step(event)));
}

function List({ events, named }: { events: readonly Event[]; named: boolean }) {
  let day = "";
  return (
    <ol className="event-list">
      {events.map((event) => {
        const at = new Date(event.at);
        const its = dateOnly(at);
        const begins = its !== day;
        day = its;
        return <Line key={event.id} event={event} day={begins ? its : undefined} named={named} />;
      })}
    </ol>
  );
}

function Line({ event, day, named }: { event: Event; day: string | undefined; named: boolean }) {
  const [tone, Icon, text] = LEVELS[event.level];
  return (
    <>
      {day && <li className="day" data-value>{day}</li>}
      <li>
        <time dateTime={event.at} title={event.at} data-value>{clock(new Date(event.at))}</time>
        <span className={`tone-${tone}`} title={t(text)}><Icon /><span className="unseen">{t(text)}</span></span>
        <span className="break" data-value><Words text={event.message} /></span>
        <span className="links">
          {event.run && <Link href={`/activity/runs/${event.run}`}>{t("events.run")}</Link>}
          {named && event.certificate && <Link href={`/certificates/${event.certificate}`}>{t("events.certificate")}</Link>}
        </span>
      </li>
    </>
  );
}
