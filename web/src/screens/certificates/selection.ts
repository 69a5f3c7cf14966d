// Which certificates are chosen: some by hand, or all that match.
import type { Certificate } from "@gen/api";
import { useEffect, useMemo, useState } from "react";
import { answer, api } from "@/api/client";
import type { Filter } from "./filters";

/** What is chosen. */
export interface Selection {
  /** Whether all that match are chosen, those that are not loaded too. */
  all: boolean;
  /** Those that were chosen one by one, with their names. */
  chosen: ReadonlyMap<string, string>;
  toggle: (certificate: Certificate) => void;
  /** Chooses these, or none of them when all are chosen already. */
  toggleAll: (certificates: readonly Certificate[]) => void;
  chooseAll: () => void;
  clear: () => void;
}

/** Nothing is chosen of what is no longer listed. */
export function useSelection(filter: Filter): Selection {
  const [chosen, setChosen] = useState<ReadonlyMap<string, string>>(new Map());
  const [all, setAll] = useState(false);
  const key = JSON.stringify(filter);
  useEffect(() => {
    setChosen(new Map());
    setAll(false);
  }, [key]);
  return useMemo(
    () => ({
      all,
      chosen,
      toggle: ({ id, name }) => {
        setAll(false);
        setChosen((before) => {
          const after = new Map(before);
          if (!after.delete(id)) after.set(id, name);
          return after;
        });
      },
      toggleAll: (certificates) => {
        setAll(false);
        setChosen((before) => {
          const after = new Map(before);
          const every = certificates.every(({ id }) => before.has(id));
          for (const { id, name } of certificates) {
            if (every) after.delete(id);
            else after.set(id, name);
          }
          return after;
        });
      },
      chooseAll: () => setAll(true),
      clear: () => {
        setAll(false);
        setChosen(new Map());
      },
    }),
    [all, chosen],
  );
}

/** The ids of all that match, in parts of at most 200, at most so many. */
export async function idsOf(selection: Selection, filter: Filter, most: number): Promise<string[]> {
  if (!selection.all) return [...selection.chosen.keys()];
  const ids: string[] = [];
  let after: string | undefined;
  for (;;) {
    const part = await answer(api.GET("/api/v1/certificates/ids", { params: { query: { ...filter, after } } }));
    ids.push(...part.items);
    after = part.items.at(-1);
    if (!part.more || !after || ids.length >= most) return ids.slice(0, most);
  }
}
