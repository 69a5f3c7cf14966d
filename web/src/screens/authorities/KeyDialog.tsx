// Giving out a key to a client of a built-in authority: what it may ask for, and until when the key binds an account.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Checkbox } from "@patternfly/react-core/dist/esm/components/Checkbox";
import type { Issuer, NewExternalKey } from "@gen/api";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { answer, api } from "@/api/client";
import { problemOf } from "@/api/problem";
import { Copy } from "@/parts/Copy";
import { Dialog } from "@/parts/Dialog";
import { TextField } from "@/parts/Field";
import { Moment } from "@/parts/Moment";
import { Facts } from "@/parts/Page";
import { SelectField } from "@/parts/Select";
import { t } from "@/text";
import { policyOf } from "./policies";

const DAYS = ["7", "30", "90", ""] as const;
const DAY = 86_400_000;

export function KeyDialog({ issuer, close, made }: { issuer: Issuer; close: () => void; made: (key: NewExternalKey) => void }) {
  const [names, setNames] = useState("");
  const [wildcards, setWildcards] = useState(false);
  const [days, setDays] = useState<(typeof DAYS)[number]>("30");
  const make = useMutation({
    mutationFn: () =>
      answer(api.POST("/api/v1/issuers/{issuer}/external-keys", {
        params: { path: { issuer: issuer.name } },
        body: {
          expires_at: days ? new Date(Date.now() + Number(days) * DAY).toISOString() : null,
          policy: names.trim() ? policyOf(names, wildcards, false) : null,
        },
      })),
    onSuccess: made,
  });
  const problem = make.error ? problemOf(make.error) : undefined;
  return (
    <Dialog title={t("issuer.keys.make")} yes={t("issuer.keys.make.yes")} doing={make} act={() => make.mutate()} close={close}>
      <p>{t("issuer.keys.make.what")}</p>
      <TextField label={t("issuer.keys.policy")} help={t("issuer.keys.policy.help")} value={names} onChange={setNames} spellCheck={false} autoFocus
        wrong={problem?.refusals.find(({ field }) => field.startsWith("policy"))?.reason} />
      {names.trim() && issuer.settings.policy?.wildcards && (
        <Checkbox id="key-wildcards" label={t("issuer.wildcards")} isChecked={wildcards} onChange={(_, on) => setWildcards(on)} />
      )}
      <SelectField label={t("issuer.keys.binds")} help={t("issuer.keys.binds.help")} value={days} onChange={setDays}
        options={DAYS.map((number) => [number, number ? t("settings.tokens.days", { days: number }) : t("issuer.keys.ever")] as const)} />
    </Dialog>
  );
}

/** The key, this once, and a command that uses it. */
export function MadeKey({ made, stored }: { made: NewExternalKey; stored: () => void }) {
  const command = `certbot certonly --standalone --server ${made.directory} --eab-kid=${made.id} --eab-hmac-key=${made.secret} -d NAME`;
  return (
    <section className="trouble wait padded-box" role="status">
      <h3>{t("settings.tokens.once")}</h3>
      <Facts facts={[
        [t("account.keyId"), <span className="hash"><code className="break" data-value>{made.id}</code><Copy text={made.id} name={t("issuer.keys.copyId")} /></span>],
        [t("account.key"), <span className="hash"><code className="break" data-value>{made.secret}</code><Copy text={made.secret} name={t("issuer.keys.copySecret")} /></span>],
        [t("authorities.directory"), <span className="hash"><code className="break" data-value>{made.directory}</code><Copy text={made.directory} name={t("issuer.copyDirectory")} /></span>],
        !!made.expires_at && [t("issuer.keys.bindsUntil"), <Moment at={made.expires_at} kind="both" />],
      ]} />
      <div className="row">
        <Button variant="secondary" size="sm" onClick={stored}>{t("settings.tokens.stored")}</Button>
        <Copy text={command} label={t("issuer.keys.certbot")} />
      </div>
    </section>
  );
}
