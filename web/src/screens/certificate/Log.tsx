// Its log: what was done, what was asked of the authority and what it answered. It follows until one scrolls up; how one likes to
// read it is remembered, and what one looks for stands in the address, down to a line.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Switch } from "@patternfly/react-core/dist/esm/components/Switch";
import type { Certificate } from "@gen/api";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useLayoutEffect, useMemo, useRef, useState } from "react";
import { useSearchParams } from "wouter";
import { answer, api } from "@/api/client";
import { withWords } from "@/parts/address";
import { Copy } from "@/parts/Copy";
import { TextField } from "@/parts/Field";
import { Card, Loaded } from "@/parts/Page";
import { SelectField } from "@/parts/Select";
import { t, type TextId } from "@/text";
import { LogLines, type Shown } from "./LogLines";
import { read, SHOWS } from "./logLine";
import { fileName, save } from "./save";
import { useRemembered } from "./useRemembered";

const FIRST = 500;
const MOST = 4_000;

export default function Log({ certificate }: { certificate: Certificate }) {
  const [search, setSearch] = useSearchParams();
  const [lines, setLines] = useState(FIRST);
  const [look, setLook] = useRemembered("certwright.log", { wrap: true, utc: true });
  const at = search.get("at");
  const [follow, setFollow] = useState(!at);
  const box = useRef<HTMLOListElement>(null);
  const log = useQuery({
    queryKey: ["certificate", certificate.id, "log", lines],
    queryFn: () => answer(api.GET("/api/v1/certificates/{certificate}/log", { params: { path: { certificate: certificate.id }, query: { lines } } })),
    refetchInterval: follow && certificate.live_run ? 2_000 : false,
    placeholderData: keepPreviousData,
  });
  const set = (name: string, value: string) =>
    setSearch((before) => withWords(before, { [name]: value }), { replace: true });
  const wanted = (search.get("q") ?? "").toLowerCase();
  const show = SHOWS.find((one) => one === search.get("show")) ?? "all";
  const all = log.data?.lines ?? [];
  const shown: Shown[] = useMemo(
    () => all.map(read).filter(({ text, kind }) => (show === "all" || (show === "exchanged") === (kind === "asked" || kind === "answered")) && (!wanted || text.toLowerCase().includes(wanted))),
    [all, show, wanted],
  );
  const last = all.at(-1);
  useLayoutEffect(() => {
    const view = box.current;
    if (!view) return;
    const line = at ? view.querySelector<HTMLElement>("li.sought") : undefined;
    if (line) view.scrollTop = line.offsetTop - view.clientHeight / 3;
    else if (follow) view.scrollTop = view.scrollHeight;
  }, [last, follow, at, shown.length, look.wrap]);
  const scrolled = () => {
    const view = box.current;
    if (view && !at) setFollow(view.scrollHeight - view.scrollTop - view.clientHeight < 24);
  };
  const followed = (on: boolean) => {
    if (on) set("at", "");
    setFollow(on);
  };
  return (
    <Card title={t("certificate.log")}
      actions={
        <div className="row">
          <Copy text={shown.map(({ line }) => line).join("\n")} label={t("failure.copy")} />
          <Button variant="link" size="sm" onClick={() => save(`${fileName(certificate.name)}.log`, `${all.join("\n")}\n`, "text/plain")}>{t("certificate.download")}</Button>
        </div>
      }>
      <div className="log-head">
        <TextField label={t("certificate.log.filter")} value={search.get("q") ?? ""} onChange={(value) => set("q", value)} type="search" />
        <SelectField label={t("certificate.log.show")} value={show} onChange={(value) => set("show", value === "all" ? "" : value)}
          options={SHOWS.map((one) => [one, t(`certificate.log.show.${one}` as TextId)] as const)} />
        <div className="switches">
          <Switch id="log-follow" label={t("certificate.log.follow")} isChecked={follow} onChange={(_, on) => followed(on)} />
          <Switch id="log-wrap" label={t("certificate.log.wrap")} isChecked={look.wrap} onChange={(_, on) => setLook({ ...look, wrap: on })} />
          <Switch id="log-utc" label={t("certificate.log.utc")} isChecked={look.utc} onChange={(_, on) => setLook({ ...look, utc: on })} />
        </div>
      </div>
      <Loaded query={log} lines={10}>
        {() => shown.length ? (
          <LogLines ref={box} lines={shown} wrap={look.wrap} utc={look.utc} at={at} onScroll={scrolled} choose={(moment) => { set("at", moment); setFollow(false); }} />
        ) : <p className="soft">{wanted || show !== "all" ? t("certificate.log.noMatch") : t("certificate.log.none")}</p>}
      </Loaded>
      <div className="row">
        <span className="soft">{t("certificate.log.what", { lines: all.length })}</span>
        {all.length >= lines && lines < MOST && (
          <Button variant="link" isInline onClick={() => { setFollow(false); setLines(Math.min(MOST, lines * 2)); }} isLoading={log.isFetching}>{t("certificate.log.older")}</Button>
        )}
      </div>
    </Card>
  );
}
