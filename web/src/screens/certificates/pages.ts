// Pages of the list, each asked for when it comes into view and kept while one scrolls on.
import type { Certificate } from "@gen/api";
import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { answer, api } from "@/api/client";
import type { ListState } from "./filters";

/** Rows of a page. */
export const ROWS = 100;

function page({ filter, sort, descending }: ListState, number: number) {
  const query = { ...filter, sort, descending, offset: number * ROWS, limit: ROWS };
  return {
    queryKey: ["certificates", "list", filter, sort, descending, number],
    queryFn: () => answer(api.GET("/api/v1/certificates", { params: { query } })),
    gcTime: 60_000,
  };
}

/** The first page, which says how many rows there are. What was shown stays until the next answer is there. */
export function useFirstPage(state: ListState) {
  return useQuery({ ...page(state, 0), placeholderData: keepPreviousData });
}

/** The rows of these pages, by their place in the list. */
export function useRows(state: ListState, from: number, to: number): (index: number) => Certificate | undefined {
  // The same list for as long as the same pages are in view: most frames of scrolling change nothing here.
  const queries = useMemo(() => Array.from({ length: to - from + 1 }, (_, index) => page(state, from + index)), [state, from, to]);
  const pages = useQueries({ queries });
  return (index) => pages[Math.floor(index / ROWS) - from]?.data?.items[index % ROWS];
}
