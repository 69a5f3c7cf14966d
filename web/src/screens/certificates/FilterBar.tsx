// What narrows the list: words, authority, target, tag; and chips with counts by health.
import { FormSelect, FormSelectOption } from "@patternfly/react-core/dist/esm/components/FormSelect";
import { SearchInput } from "@patternfly/react-core/dist/esm/components/SearchInput";
import type { CountedChoice, Health, Summary } from "@gen/api";
import { type ReactNode, type Ref, useEffect, useState } from "react";
import { HEALTHS, HealthIcon, healthWord } from "@/parts/Health";
import { spoken, t } from "@/text";
import type { Filter } from "./filters";

/** How long one types before the list follows, in milliseconds. */
const PAUSE = 150;

export function FilterBar({ filter, summary, narrow, columns, searchRef }: {
  filter: Filter;
  summary: Summary | undefined;
  narrow: (changes: Filter, replace?: boolean) => void;
  columns: ReactNode;
  searchRef: Ref<HTMLInputElement>;
}) {
  const [typed, setTyped] = useState(filter.search ?? "");
  useEffect(() => setTyped(filter.search ?? ""), [filter.search]);
  useEffect(() => {
    if (typed === (filter.search ?? "")) return;
    const timer = setTimeout(() => narrow({ search: typed || undefined }, true), PAUSE);
    return () => clearTimeout(timer);
    // Only what is typed begins the pause.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [typed]);
  return (
    <div className="filter-bar" role="search">
      <SearchInput ref={searchRef} className="filter-search" value={typed} placeholder={t("certificates.search")} aria-label={t("certificates.search")}
        onChange={(_, text) => setTyped(text)} onClear={() => setTyped("")} resetButtonLabel={t("certificates.clearSearch")} />
      <Choice label={t("certificates.authority")} value={filter.authority} choices={summary?.authorities}
        choose={(authority) => narrow({ authority })} />
      <Choice label={t("certificates.target")} value={filter.target} choices={summary?.targets} choose={(target) => narrow({ target })} />
      <Choice label={t("certificates.tag")} value={filter.tag} choices={summary?.tags} choose={(tag) => narrow({ tag })} />
      <span className="end">{columns}</span>
    </div>
  );
}

/** A value that is chosen stays in the list of choices, or it could not be taken away again. */
function Choice({ label, value, choices = [], choose }: {
  label: string;
  value: string | undefined;
  choices: readonly CountedChoice[] | undefined;
  choose: (value: string | undefined) => void;
}) {
  if (!choices.length && !value) return null;
  const missing = value && !choices.some(({ word }) => word === value);
  return (
    <FormSelect className="filter-choice" value={value ?? ""} aria-label={label} onChange={(_, chosen) => choose(chosen || undefined)}>
      <FormSelectOption value="" label={`${label}: ${t("certificates.any")}`} />
      {missing && <FormSelectOption value={value} label={value} data-value />}
      {choices.map(({ word, number }) => (
        <FormSelectOption key={word} value={word} label={`${word} (${number})`} data-value />
      ))}
    </FormSelect>
  );
}

export function HealthChips({ filter, summary, narrow }: {
  filter: Filter;
  summary: Summary | undefined;
  narrow: (changes: Filter) => void;
}) {
  const numbers = new Map(summary?.healths.map(({ health, number }) => [health, number]));
  const all = [...numbers.values()].reduce((sum, number) => sum + number, 0);
  return (
    <div className="chips" role="group" aria-label={t("certificates.byHealth")}>
      <Chip pressed={!filter.health} number={all} press={() => narrow({ health: undefined })}>{t("certificates.all")}</Chip>
      {HEALTHS.filter((health) => numbers.get(health) || filter.health === health).map((health: Health) => (
        <Chip key={health} pressed={filter.health === health} number={numbers.get(health) ?? 0}
          press={() => narrow({ health: filter.health === health ? undefined : health })}>
          <HealthIcon health={health} /> {healthWord(health)}
        </Chip>
      ))}
    </div>
  );
}

function Chip({ pressed, number, press, children }: { pressed: boolean; number: number; press: () => void; children: ReactNode }) {
  return (
    <button type="button" className="chip" aria-pressed={pressed} onClick={press}>
      {children} <span className="number" data-value>{number.toLocaleString(spoken() === "de" ? "de" : "en")}</span>
    </button>
  );
}
