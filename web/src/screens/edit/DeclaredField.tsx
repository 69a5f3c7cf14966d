// A field as the service declares it: one renderer, so that a new kind of target needs no page of its own.
import { Checkbox } from "@patternfly/react-core/dist/esm/components/Checkbox";
import type { Field } from "@gen/api";
import { useId, useState } from "react";
import { TextField } from "@/parts/Field";
import { SelectField } from "@/parts/Select";
import { t } from "@/text";
import { joinCommand, splitCommand } from "./commands";

export function DeclaredField({ field, value, change, wrong, disabled }: {
  field: Field;
  value: unknown;
  /** Nothing means the default. */
  change: (value: unknown) => void;
  wrong: string | undefined;
  disabled: boolean;
}) {
  const id = useId();
  const text = typeof value === "string" || typeof value === "number" ? String(value) : "";
  if (field.kind === "switch") {
    const isOn = typeof value === "boolean" ? value : field.default === "true";
    return <Checkbox id={id} label={field.label} isChecked={isOn} isDisabled={disabled} onChange={(_, checked) => change(checked)} data-value />;
  }
  if (field.kind === "choice") {
    return (
      <div data-value>
        <SelectField label={field.label} value={text || field.default} wrong={wrong} disabled={disabled}
          options={(field.choices ?? []).map((word) => [word, word] as const)} onChange={(word) => change(word === field.default ? undefined : word)} />
      </div>
    );
  }
  if (field.kind === "command") return <CommandField field={field} value={value} change={change} wrong={wrong} disabled={disabled} />;
  return (
    <div data-value>
      <TextField label={field.label} value={text} wrong={wrong} placeholder={field.default} isDisabled={disabled} spellCheck={false}
        onChange={(typed) => change(typed === "" ? undefined : typed)} />
    </div>
  );
}

/** A program with its arguments, written as in a shell and sent one by one. */
function CommandField({ field, value, change, wrong, disabled }: {
  field: Field; value: unknown; change: (value: unknown) => void; wrong: string | undefined; disabled: boolean;
}) {
  const [typed, setTyped] = useState(() => joinCommand(Array.isArray(value) ? value.map(String) : []));
  const words = splitCommand(typed);
  const type = (text: string) => {
    setTyped(text);
    const split = splitCommand(text);
    change(split?.length ? split : undefined);
  };
  return (
    <div data-value>
      <TextField label={field.label} value={typed} onChange={type} isDisabled={disabled} spellCheck={false} placeholder="systemctl reload nginx"
        wrong={wrong ?? (words ? undefined : t("edit.command.open"))}
        help={words && words.length > 1 ? <span className="mono">{words.map((word) => `[${word}]`).join(" ")}</span> : t("edit.command.help")} />
    </div>
  );
}
