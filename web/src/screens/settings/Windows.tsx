// Maintenance windows: when certificates may be ordered and deployed. A window yields when life runs short.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import ClockIcon from "@patternfly/react-icons/dist/esm/icons/clock-icon";
import type { MaintenanceWindow, Settings } from "@gen/api";
import { useState } from "react";
import { useMay } from "@/app/session";
import { Dialog } from "@/parts/Dialog";
import { Card, Empty, Loaded } from "@/parts/Page";
import { SelectField } from "@/parts/Select";
import { ProblemBox } from "@/parts/Trouble";
import { t } from "@/text";
import { OpeningsShown } from "./Openings";
import { Outdated } from "./Outdated";
import { TagWindows } from "./TagWindows";
import { type Read, useSaveSettings, useSettings } from "./useSettings";
import { WindowDialog } from "./WindowDialog";

export default function Windows() {
  const settings = useSettings();
  return <Loaded query={settings} lines={6}>{(read) => <All read={read} />}</Loaded>;
}

function All({ read }: { read: Read }) {
  const administrator = useMay("administrator");
  const [edited, setEdited] = useState<MaintenanceWindow | "new">();
  const [removed, setRemoved] = useState<MaintenanceWindow>();
  const save = useSaveSettings(() => { setEdited(undefined); setRemoved(undefined); });
  const windows = read.value.windows ?? [];
  const open = (what: { edit?: MaintenanceWindow | "new"; remove?: MaintenanceWindow }) => {
    save.reset();
    setEdited(what.edit);
    setRemoved(what.remove);
  };
  return (
    <>
      <Card title={t("settings.windows")} actions={administrator && <Button onClick={() => open({ edit: "new" })}>{t("settings.windows.add")}</Button>}>
        <p className="soft">{t("settings.windows.what")}</p>
        {windows.length === 0 && <Empty icon={ClockIcon} title={t("settings.windows.none")}>{t("settings.windows.none.why")}</Empty>}
        {windows.map((window) => (
          <section key={window.name} className="target">
            <header className="row apart">
              <h3>
                <span data-value>{window.name}</span>
                {read.value.window === window.name && <span className="tag">{t("common.default")}</span>}
                <span className="soft zone" data-value>{window.time_zone}</span>
              </h3>
              {administrator && (
                <span className="row">
                  <Button variant="link" isInline onClick={() => open({ edit: window })}>{t("common.edit")}<span className="unseen" data-value> {window.name}</span></Button>
                  <Button variant="link" isInline isDanger onClick={() => open({ remove: window })}>{t("common.remove")}<span className="unseen" data-value> {window.name}</span></Button>
                </span>
              )}
            </header>
            <OpeningsShown title={t("settings.windows.ordering")} openings={window.ordering} />
            <OpeningsShown title={t("settings.windows.deploying")} openings={window.deploying} />
          </section>
        ))}
      </Card>
      {windows.length > 0 && (
        <Card title={t("settings.windows.which")}>
          <div className="narrow">
            <SelectField label={t("settings.windows.usual")} value={read.value.window ?? ""} disabled={!administrator || save.isPending}
              options={[["", t("edit.window.none")], ...windows.map(({ name }) => [name, name] as const)]}
              onChange={(window) => save.mutate({ read, part: { window: window || null } })} />
          </div>
          <TagWindows settings={read.value} save={(tag_windows) => save.mutate({ read, part: { tag_windows } })} mayChange={administrator} />
        </Card>
      )}
      {!edited && !removed && (
        <>
          <Outdated news={save.news} />
          {save.problem && <ProblemBox error={save.problem} />}
          <span role="status" className={save.isSuccess ? "tone-good" : "unseen"}>{save.isSuccess ? t("settings.saved") : ""}</span>
        </>
      )}
      {!administrator && <p className="soft">{t("common.notPermitted", { role: t("role.administrator") })}</p>}
      {edited && (
        <WindowDialog before={edited === "new" ? undefined : edited} taken={windows.map(({ name }) => name)} saving={save} close={() => open({})}
          act={(window) => save.mutate({ read, part: edited === "new" ? { windows: [...windows, window] } : replaced(read.value, edited.name, window) })} />
      )}
      {removed && (
        <Dialog title={t("settings.windows.remove", { name: removed.name })} yes={t("common.remove")} danger close={() => open({})}
          doing={{ isPending: save.isPending, error: save.problem }} act={() => save.mutate({ read, part: without(read.value, removed.name) })}>
          <Outdated news={save.news} />
          <p>{t("settings.windows.remove.what")}</p>
        </Dialog>
      )}
    </>
  );
}

/** The settings' part with a window changed, which what points to it follows to its new name. */
function replaced({ windows = [], window, tag_windows = [] }: Settings, name: string, by: MaintenanceWindow): Partial<Settings> {
  const there = windows.some((one) => one.name === name);
  return {
    windows: there ? windows.map((one) => (one.name === name ? by : one)) : [...windows, by],
    window: window === name ? by.name : window,
    tag_windows: tag_windows.map((use) => use.choice.window === "named" && use.choice.name === name ? { ...use, choice: { window: "named", name: by.name } } : use),
  };
}

/** The settings' part without a window and without what points to it. */
function without({ windows = [], window, tag_windows = [] }: Settings, name: string): Partial<Settings> {
  return {
    windows: windows.filter((one) => one.name !== name),
    window: window === name ? null : window,
    tag_windows: tag_windows.filter(({ choice }) => choice.window !== "named" || choice.name !== name),
  };
}
