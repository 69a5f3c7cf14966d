// Which key an account gets: a new one that is made here, or one of one's own.
import { Radio } from "@patternfly/react-core/dist/esm/components/Radio";
import { TextArea } from "@patternfly/react-core/dist/esm/components/TextArea";
import type { AccountKeyType } from "@gen/api";
import { Field } from "@/parts/Field";
import { SelectField } from "@/parts/Select";
import { t } from "@/text";

type Choice = { type: AccountKeyType; own: boolean; pem: string };

export function AccountKeyFields({ value, change }: { value: Choice; change: (value: Choice) => void }) {
  return (
    <>
      <Radio id="account-key-new" name="account-key" label={t("account.key.new")} isChecked={!value.own} onChange={() => change({ ...value, own: false })} />
      {!value.own && (
        <SelectField<AccountKeyType> label={t("edit.key.type")} value={value.type} onChange={(type) => change({ ...value, type })}
          options={[["ES256", "ECDSA P-256"], ["ES384", "ECDSA P-384"], ["RS256", "RSA 2048"]]} />
      )}
      <Radio id="account-key-own" name="account-key" label={t("account.key.own")} isChecked={value.own} onChange={() => change({ ...value, own: true })} />
      {value.own && (
        <Field label={t("edit.key.pem")} help={t("account.import.key.help")} required>
          {(described) => (
            <TextArea {...described} className="mono" rows={5} value={value.pem} placeholder="-----BEGIN PRIVATE KEY-----" autoComplete="off" spellCheck={false}
              data-value onChange={(_, pem) => change({ ...value, pem })} />
          )}
        </Field>
      )}
    </>
  );
}
