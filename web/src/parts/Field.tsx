// A labelled control with its help and what is wrong with it, tied together for those who listen.
import { Form, FormGroup } from "@patternfly/react-core/dist/esm/components/Form";
import { FormHelperText } from "@patternfly/react-core/dist/esm/components/Form";
import { HelperText, HelperTextItem } from "@patternfly/react-core/dist/esm/components/HelperText";
import { TextInput, type TextInputProps } from "@patternfly/react-core/dist/esm/components/TextInput";
import { type ReactNode, type Ref, useId } from "react";

export { Form };

/** What a control needs to know of its label, help and complaint. */
export interface Described {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": boolean | undefined;
}

/** Label above, help or complaint below. */
export function Field({ label, help, wrong, required, children }: {
  label: string;
  help?: ReactNode;
  wrong?: ReactNode;
  required?: boolean;
  children: (described: Described) => ReactNode;
}) {
  const id = useId();
  const said = wrong || help;
  return (
    <FormGroup label={label} fieldId={id} isRequired={required}>
      {children({ id, "aria-describedby": said ? `${id}-said` : undefined, "aria-invalid": wrong ? true : undefined })}
      {said && (
        <FormHelperText>
          <HelperText id={`${id}-said`}>
            <HelperTextItem variant={wrong ? "error" : "default"}>{said}</HelperTextItem>
          </HelperText>
        </FormHelperText>
      )}
    </FormGroup>
  );
}

/** A field of one line. */
export function TextField({ label, help, wrong, required, value, onChange, ref, ...rest }: {
  label: string;
  help?: ReactNode;
  wrong?: ReactNode;
  required?: boolean;
  value: string;
  onChange: (value: string) => void;
  ref?: Ref<HTMLInputElement>;
} & Omit<TextInputProps, "onChange" | "value" | "label" | "ref" | "required">) {
  return (
    <Field label={label} help={help} wrong={wrong} required={required}>
      {(described) => (
        <TextInput {...rest} {...described} ref={ref} value={value} onChange={(_, text) => onChange(text)} isRequired={required}
          validated={wrong ? "error" : "default"} />
      )}
    </Field>
  );
}
