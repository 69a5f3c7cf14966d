// One maintenance window: days and times for ordering and for deploying, in a time zone.
import type { MaintenanceWindow } from "@gen/api";
import { useState } from "react";
import type { Problem } from "@/api/problem";
import { Dialog } from "@/parts/Dialog";
import { TextField } from "@/parts/Field";
import { complaint } from "@/parts/Trouble";
import { t } from "@/text";
import { OpeningsFields } from "./Openings";
import { Outdated } from "./Outdated";

export function WindowDialog({ before, taken, saving, act, close }: {
  before: MaintenanceWindow | undefined;
  /** Names that are taken. */
  taken: readonly string[];
  saving: { isPending: boolean; problem: Problem | undefined; news: string[] | undefined };
  act: (window: MaintenanceWindow) => void;
  close: () => void;
}) {
  const [window, setWindow] = useState<MaintenanceWindow>(
    before ?? { name: "", time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC", ordering: [], deploying: [{ days: [], from: "22:00", to: "04:00" }] },
  );
  const set = (part: Partial<MaintenanceWindow>) => setWindow((now) => ({ ...now, ...part }));
  const name = window.name.trim();
  const double = name !== before?.name && taken.includes(name);
  // Complaints name the window by its place in the list; its own fields are known by their last part.
  const wrong = (field: string) => {
    return complaint(saving.problem?.refusals.find((one) => one.field.startsWith("windows[") && one.field.endsWith(`.${field}`)));
  };
  const shown = !!(wrong("name") || wrong("time_zone"));
  return (
    <Dialog title={before ? t("settings.windows.edit", { name: before.name }) : t("settings.windows.add")} yes={t("common.save")} close={close}
      doing={{ isPending: saving.isPending, error: shown ? undefined : saving.problem }} disabled={!name || double} act={() => act({ ...window, name })} wide>
      <Outdated news={saving.news} />
      <TextField label={t("settings.windows.name")} help={t("settings.windows.name.help")} wrong={double ? t("settings.windows.taken") : wrong("name")} value={window.name}
        onChange={(value) => set({ name: value })} required autoFocus />
      <TextField label={t("settings.windows.zone")} help={t("settings.windows.zone.help")} wrong={wrong("time_zone")} value={window.time_zone}
        onChange={(time_zone) => set({ time_zone })} list="time-zones" required />
      <datalist id="time-zones">
        {Intl.supportedValuesOf("timeZone").map((zone) => <option key={zone} value={zone} />)}
      </datalist>
      <OpeningsFields title={t("settings.windows.ordering")} what={t("settings.windows.ordering.what")} openings={window.ordering ?? []} set={(ordering) => set({ ordering })} />
      <OpeningsFields title={t("settings.windows.deploying")} what={t("settings.windows.deploying.what")} openings={window.deploying ?? []} set={(deploying) => set({ deploying })} />
    </Dialog>
  );
}
