// The settings with their revision: who saves says which state that was a change of.
import type { Settings } from "@gen/api";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { answer, api, revised } from "@/api/client";
import { Problem, problemOf } from "@/api/problem";
import { queries } from "@/app/queries";
import { differences } from "./differences";

/** The settings as they were read, and the revision to send back. */
export interface Read {
  value: Settings;
  revision: string;
}

const KEY = ["settings", "revised"];

const asRead = (value: Settings): Read => ({ value, revision: `"${value.revision ?? 0}"` });

export function useSettings() {
  return useQuery({ queryKey: KEY, queryFn: () => revised(api.GET("/api/v1/settings")) });
}

/**
 * Saves a part: everything else stays as it was read. When somebody else was quicker, nothing is saved; the newer state
 * is shown, `news` says what differs, and what was typed can be saved on top of it.
 */
export function useSaveSettings(done?: () => void) {
  const [news, setNews] = useState<string[]>();
  const save = useMutation({
    mutationFn: ({ read, part }: { read: Read; part: Partial<Settings> }) =>
      answer(api.PUT("/api/v1/settings", { body: { ...read.value, ...part }, params: { header: { "If-Match": read.revision } } })),
    onSuccess: (value) => {
      setNews(undefined);
      queries.setQueryData<Read>(KEY, asRead(value));
      for (const noun of ["certificates", "certificate", "timeline"]) void queries.invalidateQueries({ queryKey: [noun] });
      done?.();
    },
    onError: (error, { read }) => {
      const newer = newerOf<Settings>(error);
      setNews(newer && differences(read.value, newer));
      if (newer) queries.setQueryData<Read>(KEY, asRead(newer));
    },
  });
  const reset = () => {
    setNews(undefined);
    save.reset();
  };
  return {
    mutate: save.mutate,
    reset,
    news,
    isPending: save.isPending,
    isSuccess: save.isSuccess,
    /** What went wrong, unless it is that somebody else was quicker. */
    problem: save.error && !news ? problemOf(save.error) : undefined,
  };
}

/** The state as it is now, out of the answer to a change of an older one. */
export function newerOf<T>(error: unknown): T | undefined {
  return error instanceof Problem && error.kind === "outdated" ? (error.document.current as T | undefined) : undefined;
}
