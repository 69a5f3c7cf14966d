// Who is signed in where; each session can be ended.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Switch } from "@patternfly/react-core/dist/esm/components/Switch";
import type { Session } from "@gen/api";
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { useSearchParams } from "wouter";
import { answer, api } from "@/api/client";
import { queries } from "@/app/queries";
import { useMay } from "@/app/session";
import { Moment } from "@/parts/Moment";
import { Card, Loaded } from "@/parts/Page";
import { PAGE, Pager, useOffset } from "@/parts/Pager";
import { ProblemBox } from "@/parts/Trouble";
import { t } from "@/text";

export default function Sessions() {
  const administrator = useMay("administrator");
  const [search, setSearch] = useSearchParams();
  const all = administrator && search.get("all") === "true";
  const [offset, go] = useOffset();
  const sessions = useQuery({
    queryKey: ["sessions", all, offset],
    queryFn: () => answer(api.GET("/api/v1/sessions", { params: { query: { all, offset, limit: PAGE } } })),
    placeholderData: keepPreviousData,
  });
  const refresh = () => void queries.invalidateQueries({ queryKey: ["sessions"] });
  const end = useMutation({
    mutationFn: (session: Session) => answer(api.DELETE("/api/v1/sessions/{session}", { params: { path: { session: session.id } } })),
    onSuccess: (_, session) => (session.current ? location.assign("/") : refresh()),
  });
  const others = useMutation({ mutationFn: () => answer(api.DELETE("/api/v1/sessions")), onSuccess: refresh });
  return (
    <Card title={t("settings.sessions")}
      actions={<Button variant="secondary" onClick={() => others.mutate()} isLoading={others.isPending}>{t("settings.sessions.endOthers")}</Button>}>
      <p className="soft">{t("settings.sessions.what")}</p>
      <span role="status">{others.data ? t("settings.sessions.ended", { number: others.data.ended }) : ""}</span>
      {administrator && (
        <Switch id="all-sessions" label={t("settings.sessions.all")} isChecked={all} onChange={(_, on) => setSearch(on ? { all: "true" } : {}, { replace: true })} />
      )}
      {!!(end.error ?? others.error) && <ProblemBox error={end.error ?? others.error} />}
      <Loaded query={sessions} lines={4}>
        {({ items, total }) => (
          <>
            <ul className="rows-plain">
              {items.map((session) => (
                <li key={session.id} className="row">
                  <div className="grow">
                    {all && <b data-value>{session.user.name} </b>}
                    <span data-value>{browser(session.user_agent)}</span>{session.current && <span className="tag">{t("settings.sessions.this")}</span>}
                    <div className="soft">
                      <span data-value>{session.address}</span> · {t("settings.sessions.seen")} <Moment at={session.last_seen_at} /> · {t("settings.sessions.ends")} <Moment at={session.expires_at} />
                    </div>
                  </div>
                  <Button variant="link" isInline isDanger onClick={() => end.mutate(session)} isDisabled={end.isPending}>
                    {session.current ? t("user.signOut") : t("settings.sessions.end")}
                    <span className="unseen" data-value> {session.user.name}, {session.address}</span>
                  </Button>
                </li>
              ))}
            </ul>
            <Pager offset={offset} total={total} go={go} />
          </>
        )}
      </Loaded>
    </Card>
  );
}

/** The browser and its system, as far as the words it sends tell. */
function browser(agent: string): string {
  const name = /Edg\//.test(agent) ? "Edge" : /Firefox\//.test(agent) ? "Firefox" : /Chrom(e|ium)\//.test(agent) ? "Chromium" : /Safari\//.test(agent) ? "Safari" : agent.slice(0, 60) || "?";
  const system = /Windows/.test(agent) ? "Windows" : /Android/.test(agent) ? "Android" : /iPhone|iPad/.test(agent) ? "iOS" : /Mac OS/.test(agent) ? "macOS" : /Linux/.test(agent) ? "Linux" : "";
  return system ? `${name} · ${system}` : name;
}
