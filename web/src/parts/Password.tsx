// A password: it can be pasted, kept by a program that keeps passwords, and looked at before it is sent.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { InputGroup, InputGroupItem } from "@patternfly/react-core/dist/esm/components/InputGroup";
import { TextInput } from "@patternfly/react-core/dist/esm/components/TextInput";
import EyeIcon from "@patternfly/react-icons/dist/esm/icons/eye-icon";
import EyeSlashIcon from "@patternfly/react-icons/dist/esm/icons/eye-slash-icon";
import { type ReactNode, type Ref, useState } from "react";
import { t } from "@/text";
import { Field } from "./Field";

/** The fewest characters of a new password, as the service has it. */
export const LEAST = 12;

export function Password({ label, help, wrong, required, value, onChange, autoComplete, autoFocus, ref }: {
  label: string;
  help?: ReactNode;
  wrong?: ReactNode;
  required?: boolean;
  value: string;
  onChange: (value: string) => void;
  autoComplete: "current-password" | "new-password";
  autoFocus?: boolean;
  ref?: Ref<HTMLInputElement>;
}) {
  const [shown, setShown] = useState(false);
  const words = shown ? t("password.hide") : t("password.show");
  return (
    <Field label={label} help={help} wrong={wrong} required={required}>
      {(described) => (
        <InputGroup>
          <InputGroupItem isFill>
            <TextInput {...described} ref={ref} type={shown ? "text" : "password"} value={value} onChange={(_, text) => onChange(text)} isRequired={required}
              autoComplete={autoComplete} autoFocus={autoFocus} autoCapitalize="none" spellCheck={false} validated={wrong ? "error" : "default"} />
          </InputGroupItem>
          <InputGroupItem>
            <Button variant="control" icon={shown ? <EyeSlashIcon /> : <EyeIcon />} aria-label={words} title={words} onClick={() => setShown(!shown)} />
          </InputGroupItem>
        </InputGroup>
      )}
    </Field>
  );
}
