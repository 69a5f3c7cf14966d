// Days and times of a window: told, and edited.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import TrashIcon from "@patternfly/react-icons/dist/esm/icons/trash-icon";
import type { Opening } from "@gen/api";
import { t } from "@/text";
import { dayName, DAYS, goesOn, Week } from "./Week";

const NEW: Opening = { days: [], from: "22:00", to: "04:00" };

/** In words and as a strip. */
export function OpeningsShown({ title, openings }: { title: string; openings: readonly Opening[] | undefined }) {
  return (
    <div className="openings">
      <span className="soft">{title}</span>
      <Week openings={openings} />
      {openings?.length ? (
        <ul className="bare">
          {openings.map((opening, index) => (
            <li key={index}>
              {opening.days?.length ? <span data-value>{opening.days.map(dayName).join(", ")}</span> : t("settings.windows.daily")}{" "}
              <span data-value>{opening.from}–{opening.to}</span> {goesOn(opening) && <span className="soft">{t("settings.windows.nextDay")}</span>}
            </li>
          ))}
        </ul>
      ) : <span>{t("settings.windows.always")}</span>}
    </div>
  );
}

export function OpeningsFields({ title, what, openings, set }: { title: string; what: string; openings: readonly Opening[]; set: (openings: Opening[]) => void }) {
  const change = (index: number, part: Partial<Opening>) => set(openings.map((one, at) => (at === index ? { ...one, ...part } : one)));
  return (
    <fieldset className="fields">
      <legend>{title}</legend>
      <p className="soft">{what}</p>
      {openings.map((opening, index) => (
        <div key={index} className="row opening">
          <Days opening={opening} set={(days) => change(index, { days })} />
          <label>{t("settings.windows.from")} <input type="time" required value={opening.from} onChange={(event) => change(index, { from: event.target.value })} /></label>
          <label>{t("settings.windows.to")} <input type="time" required value={opening.to} onChange={(event) => change(index, { to: event.target.value })} /></label>
          {goesOn(opening) && <span className="soft">{t("settings.windows.nextDay")}</span>}
          <Button className="end" variant="plain" icon={<TrashIcon />} aria-label={t("settings.windows.removeTime")} onClick={() => set(openings.filter((_, at) => at !== index))} />
        </div>
      ))}
      {openings.length > 0 ? <Week openings={openings} /> : <p>{t("settings.windows.always")}</p>}
      <div><Button variant="secondary" size="sm" onClick={() => set([...openings, NEW])}>{t("settings.windows.addTime")}</Button></div>
    </fieldset>
  );
}

function Days({ opening, set }: { opening: Opening; set: (days: Opening["days"]) => void }) {
  const chosen = opening.days?.length ? opening.days : DAYS;
  return (
    <span className="chips" role="group" aria-label={t("settings.windows.days")}>
      {DAYS.map((day) => {
        const on = chosen.includes(day);
        // Without any day it would begin on every day: the last one stays.
        const last = on && chosen.length === 1;
        const after = DAYS.filter((one) => (one === day ? !on : chosen.includes(one)));
        return (
          <button key={day} type="button" className="chip" aria-pressed={on} aria-disabled={last}
            onClick={() => !last && set(after.length === DAYS.length ? [] : after)}>
            <span data-value>{dayName(day)}</span>
          </button>
        );
      })}
    </span>
  );
}
