// One of several, by the browser's own list: it is known on every device and to every reader of screens.
import { FormSelect, FormSelectOption } from "@patternfly/react-core/dist/esm/components/FormSelect";
import type { ReactNode } from "react";
import { Field } from "./Field";

export function SelectField<T extends string>({ label, help, wrong, value, onChange, options, disabled }: {
  label: string;
  help?: ReactNode;
  wrong?: ReactNode;
  value: T;
  onChange: (value: T) => void;
  options: readonly (readonly [value: T, words: string])[];
  disabled?: boolean;
}) {
  return (
    <Field label={label} help={help} wrong={wrong}>
      {(described) => (
        <FormSelect {...described} value={value} onChange={(_, chosen) => onChange(chosen as T)} isDisabled={disabled}>
          {options.map(([option, words]) => (
            <FormSelectOption key={option} value={option} label={words} />
          ))}
        </FormSelect>
      )}
    </Field>
  );
}
