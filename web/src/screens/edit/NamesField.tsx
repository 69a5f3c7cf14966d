// The names: typed one after another or pasted together; the first one names the whole.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { TextArea } from "@patternfly/react-core/dist/esm/components/TextArea";
import TimesIcon from "@patternfly/react-icons/dist/esm/icons/times-icon";
import { type ClipboardEvent, type KeyboardEvent, useState } from "react";
import { useSites } from "@/app/reads";
import { Field } from "@/parts/Field";
import { t } from "@/text";
import { coveredBy, missingApexes, namesIn } from "./names";

export function NamesField({ names, change, wrong, autoFocus }: {
  names: readonly string[];
  change: (names: string[]) => void;
  wrong: string | undefined;
  autoFocus: boolean;
}) {
  const [typed, setTyped] = useState("");
  const [removed, setRemoved] = useState("");
  const add = (text: string) => {
    const more = namesIn(text).filter((name) => !names.includes(name));
    if (more.length) change([...names, ...more]);
    setTyped("");
  };
  const key = (event: KeyboardEvent) => {
    if (["Enter", ",", " ", ";"].includes(event.key) && typed.trim()) {
      event.preventDefault();
      add(typed);
    } else if (event.key === "Enter") event.preventDefault();
    else if (event.key === "Backspace" && !typed && names.length) change(names.slice(0, -1));
  };
  const paste = (event: ClipboardEvent) => {
    const text = event.clipboardData.getData("text");
    if (!/[\s,;]/.test(text.trim())) return;
    event.preventDefault();
    add(`${typed} ${text}`);
  };
  const covered = coveredBy(names);
  const apexes = missingApexes(names);
  return (
    <div className="stack tight">
      <Field label={t("edit.names")} help={t("edit.names.help")} wrong={wrong} required>
        {(described) => (
          <TextArea {...described} value={typed} rows={1} resizeOrientation="none" autoFocus={autoFocus} spellCheck={false} autoCapitalize="none"
            placeholder={names.length ? t("edit.names.another") : "shop.example.com"} data-value onChange={(_, text) => setTyped(text)}
            onKeyDown={key} onPaste={paste} onBlur={() => add(typed)} />
        )}
      </Field>
      {names.length > 0 && (
        <ul className="names" aria-label={t("edit.names.chosen", { number: names.length })}>
          {names.map((name, index) => (
            <li key={name}>
              <span data-value>{name}</span>
              {index === 0 && names.length > 1 && <span className="tag">{t("edit.names.first")}</span>}
              {index > 0 && (
                <button type="button" className="mini" onClick={() => change([name, ...names.filter((other) => other !== name)])}>
                  {t("edit.names.makeFirst")}
                </button>
              )}
              <button type="button" className="mini" aria-label={t("edit.names.remove", { name })}
                onClick={() => { change(names.filter((other) => other !== name)); setRemoved(name); }}>
                <TimesIcon />
              </button>
            </li>
          ))}
        </ul>
      )}
      <span className="unseen" role="status">{removed && t("edit.names.removed", { name: removed })}</span>
      {apexes.length > 0 && (
        <p className="offer">
          {t("edit.names.apex", { names: apexes.join(", ") })}{" "}
          <Button variant="link" isInline onClick={() => change([...names, ...apexes])}>{t("edit.names.add", { names: apexes.join(", ") })}</Button>
        </p>
      )}
      {covered.length > 0 && (
        <p className="offer">
          {t("edit.names.covered", { names: covered.join(", "), number: covered.length })}{" "}
          <Button variant="link" isInline onClick={() => change(names.filter((name) => !covered.includes(name)))}>{t("edit.names.removeCovered")}</Button>
        </p>
      )}
    </div>
  );
}

/** The sites that web servers on the service's machine serve: one click takes the names. */
export function SiteChoice({ take }: { take: (names: string[]) => void }) {
  const sites = useSites();
  const found = (sites.data?.items ?? []).flatMap(({ target, sites: all }) => all.map((site) => ({ target, site }))).filter(({ site }) => site.names.length);
  const without = found.filter(({ site }) => !site.certificates.length);
  if (!found.length) return null;
  const shown = (without.length ? without : found).slice(0, 12);
  return (
    <div className="sites">
      <p className="soft">{without.length ? t("edit.sites.without") : t("edit.sites")}</p>
      <div className="chips">
        {shown.map(({ target, site }) => (
          <button key={site.place + site.names[0]} type="button" className="chip" title={site.names.join("\n")} onClick={() => take(site.names)}>
            <span data-value>{site.names[0]}</span>
            {site.names.length > 1 && <span className="number" data-value>+{site.names.length - 1}</span>}
            <span className="number" data-value>{target}</span>
          </button>
        ))}
      </div>
    </div>
  );
}
