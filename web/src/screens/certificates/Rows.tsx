// The rows that are in view, of however many there are. Plain elements: the kit's would cost frames.
import type { Certificate } from "@gen/api";
import { type Range, useWindowVirtualizer } from "@tanstack/react-virtual";
import { type CSSProperties, lazy, type ReactNode, Suspense, useCallback, useLayoutEffect, useRef, useState } from "react";
import { t } from "@/text";
import { COLUMN_WORDS } from "./ColumnChoice";
import type { Act } from "./bulk/acts";
import type { CertificateSort, Column, ListState } from "./filters";
import { ROWS, useRows } from "./pages";
import { Row } from "./Row";
import type { Selection } from "./selection";

const Dialogs = lazy(() => import("./bulk/Dialogs"));

/** The height of a row, in pixels; on a phone a row is a card. */
const HEIGHT = 60;
const CARD = 124;

/** Rows above and below those in view. */
const BEYOND = 4;

const SORT_OF: Partial<Record<Column, CertificateSort>> = { expires: "not_after", next: "next_at" };

export function Rows({ state, total, change, selection, selectable }: {
  state: ListState;
  total: number;
  change: (changes: Partial<ListState>) => void;
  selection: Selection;
  selectable: boolean;
}) {
  const list = useRef<HTMLDivElement>(null);
  const [margin, setMargin] = useState(0);
  const narrow = useIsNarrow();
  const [chosen, setChosen] = useState<{ act: Act; certificate: Certificate }>();
  const choose = useCallback((act: Act, certificate: Certificate) => setChosen({ act, certificate }), []);
  useLayoutEffect(() => {
    const measure = () => {
      const top = list.current?.getBoundingClientRect().top;
      if (top !== undefined) setMargin(Math.round(top + window.scrollY));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, []);
  const height = narrow ? CARD : HEIGHT;
  // Always as many rows: whoever leaves on one side comes in on the other, and only its words and place change.
  const slots = Math.ceil(window.innerHeight / height) + 1 + 2 * BEYOND;
  const virtual = useWindowVirtualizer({
    count: total,
    estimateSize: () => height,
    overscan: BEYOND,
    scrollMargin: margin,
    rangeExtractor: useCallback((range: Range) => consecutive(range, slots), [slots]),
  });
  useLayoutEffect(() => virtual.measure(), [height, virtual]);
  const items = virtual.getVirtualItems();
  // To move an element costs as much as to make one, so while one scrolls they stay where they are in the document. At rest
  // they stand in the order of the list, for whoever reads or tabs; and a focus in them would not survive being moved.
  const inPlace = virtual.isScrolling && !list.current?.contains(document.activeElement);
  const placed = inPlace ? items.toSorted((one, other) => (one.index % slots) - (other.index % slots)) : items;
  const [from, to] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0];
  const row = useRows(state, Math.floor(from / ROWS), Math.floor(to / ROWS));
  const shown = Array.from({ length: Math.min(total, ROWS) }, (_, index) => row(index + Math.floor(from / ROWS) * ROWS))
    .filter((certificate): certificate is Certificate => !!certificate);
  const sortBy = (sort: CertificateSort) => change({ sort, descending: state.sort === sort ? !state.descending : false });
  const columns = narrow ? (["expires"] as Column[]) : state.columns;

  return (
    <div className={`rows ${columns.length ? "" : "bare"} ${selectable ? "selectable" : ""}`} role="table"
      style={{ "--columns": columns.length } as CSSProperties} aria-label={t("nav.certificates")} aria-rowcount={total + 1}>
      <div className="rows-head" role="row" aria-rowindex={1}>
        {selectable && (
          <span role="columnheader">
            <input type="checkbox" aria-label={t("certificates.selectPage", { number: shown.length })}
              checked={selection.all || (shown.length > 0 && shown.every(({ id }) => selection.chosen.has(id)))}
              onChange={() => (selection.all ? selection.clear() : selection.toggleAll(shown))} />
          </span>
        )}
        <span role="columnheader" className="in-table">{t("certificates.health")}</span>
        <Head sort="name" state={state} sortBy={sortBy}>{t("certificates.name")}</Head>
        {columns.map((column) => (
          <Head key={column} sort={SORT_OF[column]} state={state} sortBy={sortBy}>{t(COLUMN_WORDS[column])}</Head>
        ))}
        <span role="columnheader" className="in-table"><span className="unseen">{t("certificates.actions")}</span></span>
      </div>
      <div ref={list} role="rowgroup" className="rows-body" style={{ height: virtual.getTotalSize() }}>
        {placed.map(({ index, start }) => (
          <Row key={index % slots} index={index} top={start - margin} certificate={row(index)} columns={columns} selectable={selectable}
            checked={selection.all || selection.chosen.has(row(index)?.id ?? "")} toggle={selection.toggle} choose={choose} />
        ))}
      </div>
      {chosen && (
        <Suspense fallback={null}>
          <Dialogs act={chosen.act} ids={() => Promise.resolve([chosen.certificate.id])} number={1} name={chosen.certificate.name}
            close={() => setChosen(undefined)} done={() => undefined} />
        </Suspense>
      )}
    </div>
  );
}

/** As many rows as there are slots, from a little above what is in view. */
function consecutive({ startIndex, overscan, count }: Range, slots: number): number[] {
  const first = Math.max(0, Math.min(startIndex - overscan, count - slots));
  return Array.from({ length: Math.min(slots, count) }, (_, place) => first + place);
}

function Head({ sort, state, sortBy, children }: {
  sort: CertificateSort | undefined;
  state: ListState;
  sortBy: (sort: CertificateSort) => void;
  children: ReactNode;
}) {
  const sorted = sort && state.sort === sort;
  return (
    <span role="columnheader" className={sort ? undefined : "in-table"} aria-sort={sorted ? (state.descending ? "descending" : "ascending") : undefined}>
      {sort ? (
        <button type="button" className="sorter" onClick={() => sortBy(sort)}>
          {children}
          <span aria-hidden>{sorted ? (state.descending ? " ▾" : " ▴") : ""}</span>
        </button>
      ) : (
        children
      )}
    </span>
  );
}

function useIsNarrow(): boolean {
  const query = "(max-width: 48rem)";
  const [narrow, setNarrow] = useState(() => matchMedia(query).matches);
  useLayoutEffect(() => {
    const media = matchMedia(query);
    const changed = () => setNarrow(media.matches);
    media.addEventListener("change", changed);
    return () => media.removeEventListener("change", changed);
  }, []);
  return narrow;
}
