// What is listed and how: all of it in the address, so that it survives a reload and can be sent to a colleague.
import type { Health } from "@gen/api";
import { useMemo } from "react";
import { useSearchParams } from "wouter";
import { HEALTHS } from "@/parts/Health";

/** What the list can be put in order by. */
export type CertificateSort = "name" | "not_after" | "next_at" | "created_at";

/** Which certificates are looked for. */
export interface Filter {
  search?: string;
  health?: Health;
  tag?: string;
  authority?: string;
  target?: string;
}

/** The whole state of the list. */
export interface ListState {
  filter: Filter;
  sort: CertificateSort;
  descending: boolean;
  columns: Column[];
}

/** Columns that can be left out. */
export const COLUMNS = ["expires", "authority", "target", "next", "tags"] as const;
export type Column = (typeof COLUMNS)[number];

const SORTS: CertificateSort[] = ["name", "not_after", "next_at", "created_at"];
const WORDS = ["search", "tag", "authority", "target"] as const;

/** Reads the state from an address; what is not understood there is passed over. */
export function read(search: URLSearchParams): ListState {
  const filter: Filter = {};
  for (const word of WORDS) {
    const value = search.get(word)?.slice(0, 200);
    if (value) filter[word] = value;
  }
  const health = search.get("health") as Health | null;
  if (health && HEALTHS.includes(health)) filter.health = health;
  const sort = search.get("sort") as CertificateSort | null;
  const columns = search.get("columns")?.split(",");
  return {
    filter,
    sort: sort && SORTS.includes(sort) ? sort : "name",
    descending: search.get("descending") === "true",
    columns: columns ? COLUMNS.filter((column) => columns.includes(column)) : [...COLUMNS],
  };
}

/** The address's words for a state; what is usual is left out. */
export function write(state: ListState): URLSearchParams {
  const search = new URLSearchParams();
  for (const word of WORDS) if (state.filter[word]) search.set(word, state.filter[word]);
  if (state.filter.health) search.set("health", state.filter.health);
  if (state.sort !== "name") search.set("sort", state.sort);
  if (state.descending) search.set("descending", "true");
  if (state.columns.length !== COLUMNS.length) search.set("columns", state.columns.join(","));
  return search;
}

/** The state of the list and the way to change it. */
export function useListState() {
  const [search, setSearch] = useSearchParams();
  const key = search.toString();
  const state = useMemo(() => read(new URLSearchParams(key)), [key]);
  const change = (changes: Partial<ListState>, replace = false) =>
    setSearch((before) => write({ ...read(before), ...changes }), { replace });
  const narrow = (changes: Filter, replace = false) =>
    setSearch((before) => {
      const now = read(before);
      return write({ ...now, filter: { ...now.filter, ...changes } });
    }, { replace });
  return { state, change, narrow };
}

/** How many things narrow the list. */
export function narrowings(filter: Filter): number {
  return Object.values(filter).filter(Boolean).length;
}
