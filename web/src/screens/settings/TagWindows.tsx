// Tags that decide the window of a certificate; the first that fits counts.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import type { Settings } from "@gen/api";
import { useState } from "react";
import { TextField } from "@/parts/Field";
import { SelectField } from "@/parts/Select";
import { t } from "@/text";

type Uses = NonNullable<Settings["tag_windows"]>;

export function TagWindows({ settings, save, mayChange }: { settings: Settings; save: (uses: Uses) => void; mayChange: boolean }) {
  const [tag, setTag] = useState("");
  const [name, setName] = useState("");
  const { tag_windows: uses = [], windows = [] } = settings;
  const wanted = tag.trim();
  const double = uses.some((use) => use.tag === wanted);
  const add = () => {
    save([...uses, { tag: wanted, choice: name ? { window: "named", name } : { window: "unrestricted" } }]);
    setTag("");
  };
  return (
    <div className="stack tight">
      <h3>{t("settings.windows.tags")}</h3>
      {uses.length > 0 ? (
        <ol className="bare tag-uses">
          {uses.map((use) => (
            <li key={use.tag} className="row">
              <span className="tag" data-value>{use.tag}</span>
              <span aria-hidden>→</span>
              <span data-value={use.choice.window === "named" || undefined}>{use.choice.window === "named" ? use.choice.name : t("edit.window.none")}</span>
              {mayChange && <Button variant="link" isInline isDanger onClick={() => save(uses.filter((one) => one !== use))}>{t("common.remove")}<span className="unseen" data-value> {use.tag}</span></Button>}
            </li>
          ))}
        </ol>
      ) : <p className="soft">{t("settings.windows.tags.none")}</p>}
      {mayChange && (
        <form className="row tag-window" onSubmit={(event) => { event.preventDefault(); if (wanted && !double) add(); }}>
          <TextField label={t("certificates.tag")} value={tag} onChange={setTag} wrong={double ? t("settings.windows.tags.double") : undefined} />
          <SelectField label={t("edit.window")} value={name} onChange={setName} options={[["", t("edit.window.none")], ...windows.map((window) => [window.name, window.name] as const)]} />
          <Button type="submit" variant="secondary" isDisabled={!wanted || double}>{t("common.add")}</Button>
        </form>
      )}
    </div>
  );
}
