// All certificates: found, narrowed, put in order, and changed together.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import CertificateIcon from "@patternfly/react-icons/dist/esm/icons/certificate-icon";
import PlusIcon from "@patternfly/react-icons/dist/esm/icons/plus-icon";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useLocation } from "wouter";
import { answer, api } from "@/api/client";
import { useMay } from "@/app/session";
import { Empty, LinkButton, PageHead, Skeleton } from "@/parts/Page";
import { ProblemBox } from "@/parts/Trouble";
import { t } from "@/text";
import { BulkBar } from "./bulk/BulkBar";
import { ColumnChoice } from "./ColumnChoice";
import "./certificates.css";
import { FilterBar, HealthChips } from "./FilterBar";
import { narrowings, useListState } from "./filters";
import { Rows } from "./Rows";
import { Views } from "./Views";
import { useFirstPage } from "./pages";
import { useSelection } from "./selection";

export default function Certificates() {
  const { state, change, narrow } = useListState();
  const operator = useMay("operator");
  const selection = useSelection(state.filter);
  const summary = useQuery({
    queryKey: ["certificates", "summary", state.filter],
    queryFn: () => answer(api.GET("/api/v1/certificates/summary", { params: { query: state.filter } })),
    placeholderData: keepPreviousData,
  });
  const first = useFirstPage(state);
  const everything = summary.data?.healths.reduce((sum, { number }) => sum + number, 0) ?? 0;
  const nothingYet = everything === 0 && narrowings(state.filter) === 0 && summary.isSuccess && first.data?.total === 0;
  const search = useRef<HTMLInputElement>(null);
  useSlash(search);
  useJ();
  const create = operator && <LinkButton to="/certificates/new" variant="primary" icon={<PlusIcon />}>{t("certificates.new")}</LinkButton>;

  return (
    <>
      <PageHead title={t("nav.certificates")} actions={<>{!nothingYet && <Views state={state} />}{create}</>} />
      {nothingYet ? (
        <Empty title={t("certificates.nothing")} icon={CertificateIcon}
          actions={<>{create}{operator && <LinkButton to="/targets">{t("certificates.nothing.sites")}</LinkButton>}</>}>
          {t("certificates.nothing.why")}
        </Empty>
      ) : (
        <>
          <FilterBar filter={state.filter} summary={summary.data} narrow={narrow} searchRef={search}
            columns={<ColumnChoice columns={state.columns} choose={(columns) => change({ columns })} />} />
          <HealthChips filter={state.filter} summary={summary.data} narrow={narrow} />
          {first.error && !first.data ? (
            <ProblemBox error={first.error} retry={() => void first.refetch()} />
          ) : !first.data ? (
            <Skeleton lines={10} />
          ) : (
            <>
              <div className="row list-head">
                <p className="soft" role="status">
                  {t("certificates.count", { shown: first.data.total })}
                </p>
                {narrowings(state.filter) > 0 && (
                  <Button variant="link" isInline onClick={() => change({ filter: {} })}>{t("certificates.clear")}</Button>
                )}
              </div>
              {operator && <BulkBar selection={selection} filter={state.filter} total={first.data.total} />}
              {first.data.total === 0 ? (
                <Empty title={t("certificates.noMatch")}
                  actions={<Button variant="secondary" onClick={() => change({ filter: {} })}>{t("certificates.clear")}</Button>}>
                  {t("certificates.noMatch.why")}
                </Empty>
              ) : (
                <Rows state={state} total={first.data.total} change={change} selection={selection} selectable={operator} />
              )}
            </>
          )}
        </>
      )}
    </>
  );
}

/** `/` goes to the search, unless one writes somewhere. */
function useSlash(search: React.RefObject<HTMLInputElement | null>) {
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      if (event.key !== "/" || writes(event.target) || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      search.current?.focus();
      search.current?.select();
    };
    addEventListener("keydown", key);
    return () => removeEventListener("keydown", key);
  }, [search]);
}

/** `j` and `k` (and the arrows) go from row to row; they work only while the focus is in the list. */
function useJ() {
  const [, navigate] = useLocation();
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
      const row = (event.target as HTMLElement).closest?.("[data-row]");
      if (!step || !row || writes(event.target)) return;
      const to = document.querySelector<HTMLElement>(`[data-row="${Number(row.getAttribute("data-row")) + step}"] a`);
      if (!to) return;
      event.preventDefault();
      to.focus();
    };
    addEventListener("keydown", key);
    return () => removeEventListener("keydown", key);
  }, [navigate]);
}

function writes(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.matches("textarea, select, input:not([type=checkbox])") || target.isContentEditable);
}
