// What was read from the service and how it is kept fresh: by events, never by moving what somebody looks at.
import { QueryClient } from "@tanstack/react-query";
import type { Event } from "@gen/api";
import { onConnection, currentConnection, onEvent } from "@/api/live";
import { Problem } from "@/api/problem";

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // What is shown stays until its successor is there, and coming back to the window moves nothing.
      staleTime: 10_000,
      refetchOnWindowFocus: false,
      retry: (count, error) => count < 2 && error instanceof Problem && (error.status === 0 || error.status >= 502),
    },
    mutations: { retry: false },
  },
});

/** The first words of keys that an event of a certificate touches. */
const OF_CERTIFICATES = ["certificates", "summary", "timeline", "service"];
const OF_RUNS = ["runs", "run"];
/** Many events come together; what they touch is asked for once. */
const GATHER = 250;

const touched = new Set<string>();
const certificates = new Set<string>();
const runs = new Set<string>();
let timer: ReturnType<typeof setTimeout> | undefined;

function gather(event: Event): void {
  if (event.certificate) certificates.add(event.certificate);
  if (event.run) runs.add(event.run);
  // Notes change no list.
  if (event.kind !== "note" && event.kind !== "step-begun") for (const word of OF_CERTIFICATES) touched.add(word);
  if (event.kind === "incident-opened" || event.kind === "incident-closed") touched.add("incidents");
  for (const word of OF_RUNS) touched.add(word);
  timer ??= setTimeout(refresh, GATHER);
}

function refresh(): void {
  timer = undefined;
  void queries.invalidateQueries({
    predicate: ({ queryKey: [noun, id] }) => {
      if (noun === "certificate") return certificates.has(id as string);
      if (noun === "run") return runs.has(id as string);
      return touched.has(noun as string);
    },
  });
  touched.clear();
  certificates.clear();
  runs.clear();
}

/** Keeps what was read up to date, from now on. */
export function keepFresh(): void {
  onEvent(gather);
  onConnection(() => {
    // What happened while nobody told us is not known.
    if (currentConnection() === "live") void queries.invalidateQueries();
  });
}
