// Who changed what and when, with what stood there before and after. Secrets are in none of it.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useSearchParams } from "wouter";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { answer, api } from "@/api/client";
import { withWords } from "@/parts/address";
import { TextField } from "@/parts/Field";
import { Card, Loaded } from "@/parts/Page";
import { PAGE, Pager, useOffset } from "@/parts/Pager";
import { t } from "@/text";
import { AuditRow } from "./AuditRow";

const FILTERS = ["who", "action", "object"] as const;
const DAYS = ["after", "before"] as const;

export function Audit() {
  const [search, setSearch] = useSearchParams();
  const [offset, go] = useOffset();
  const filter = Object.fromEntries(FILTERS.map((name) => [name, search.get(name) || undefined]));
  const days = { after: dayStart(search.get("after"), 0), before: dayStart(search.get("before"), 1) };
  const lines = useQuery({
    queryKey: ["audit", filter, days, offset],
    queryFn: () => answer(api.GET("/api/v1/audit", { params: { query: { ...filter, ...days, offset, limit: PAGE } } })),
    placeholderData: keepPreviousData,
    // Not each change that is audited is an event.
    refetchInterval: offset ? false : 30_000,
  });
  const narrowed = [...FILTERS, ...DAYS].some((name) => search.get(name));
  return (
    <Card title={t("activity.audit")} actions={narrowed && <Button variant="link" size="sm" onClick={() => setSearch({})}>{t("activity.clear")}</Button>}>
      <div className="audit-filters" role="search">
        {FILTERS.map((name) => <Filter key={name} name={name} />)}
        {DAYS.map((name) => <Filter key={name} name={name} type="date" />)}
      </div>
      <Loaded query={lines} lines={8}>
        {({ items, total }) => (
          <>
            {items.length === 0 ? <p className="soft">{t("activity.audit.none")}</p> : (
              <ol className="audit">{items.map((line) => <AuditRow key={line.id} line={line} />)}</ol>
            )}
            <Pager offset={offset} total={total} go={go} />
          </>
        )}
      </Loaded>
    </Card>
  );
}

/** The begin of that day here, or of one some days later. */
function dayStart(day: string | null, later: number): string | undefined {
  const [year, month, date] = (day ?? "").split("-").map(Number);
  if (!year || !month || !date) return undefined;
  return new Date(year, month - 1, date + later).toISOString();
}

/** Waits until somebody stops typing, and then narrows the list. */
function Filter({ name, type }: { name: (typeof FILTERS)[number] | (typeof DAYS)[number]; type?: "date" }) {
  const [search, setSearch] = useSearchParams();
  const set = search.get(name) ?? "";
  const [typed, setTyped] = useState(set);
  useEffect(() => setTyped(set), [set]);
  useEffect(() => {
    if (typed === set) return;
    const timer = setTimeout(() => setSearch((before) => withWords(before, { [name]: typed, offset: undefined }), { replace: true }), 250);
    return () => clearTimeout(timer);
  }, [typed, set, name, setSearch]);
  return <TextField label={t(`activity.${name}`)} value={typed} onChange={setTyped} type={type ?? "search"} help={type ? undefined : t(`activity.${name as "who"}.help`)} />;
}
