// When certificates are renewed and when they would end, as columns by day or week, and the same as a table.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { ToggleGroup, ToggleGroupItem } from "@patternfly/react-core/dist/esm/components/ToggleGroup";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useSearchParams } from "wouter";
import { answer, api } from "@/api/client";
import { withWords } from "@/parts/address";
import { Card, Loaded } from "@/parts/Page";
import { t } from "@/text";
import { columnsOf } from "./columns";
import { TimeLineChart, TimeLineTable } from "./TimeLineChart";

const SPANS = [30, 90, 365];

export function TimeLineCard() {
  const [search, setSearch] = useSearchParams();
  const asked = Number(search.get("days"));
  const days = SPANS.includes(asked) ? asked : 90;
  const table = search.get("as") === "table";
  const set = (name: string, value: string | undefined) =>
    setSearch((before) => withWords(before, { [name]: value }), { replace: true });
  const line = useQuery({
    queryKey: ["timeline", days],
    queryFn: () => answer(api.GET("/api/v1/certificates/timeline", { params: { query: { days } } })),
    placeholderData: keepPreviousData,
  });
  return (
    <Card title={t("overview.timeline", { days })}
      actions={
        <div className="row">
          <Button variant="link" isInline onClick={() => set("as", table ? undefined : "table")}>
            {table ? t("overview.asChart") : t("overview.asTable")}
          </Button>
          <ToggleGroup isCompact aria-label={t("overview.span")}>
            {SPANS.map((span) => (
              <ToggleGroupItem key={span} text={t("overview.days", { days: span })} buttonId={`span-${span}`} isSelected={span === days}
                onChange={() => set("days", span === 90 ? undefined : String(span))} />
            ))}
          </ToggleGroup>
        </div>
      }>
      <Loaded query={line} lines={5}>
        {(value) => {
          const columns = columnsOf(value);
          return table ? <TimeLineTable columns={columns} /> : <TimeLineChart columns={columns} />;
        }}
      </Loaded>
    </Card>
  );
}
