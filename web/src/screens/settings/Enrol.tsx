// A secret for an authenticator app, as a picture and for typing; a code of it shows that it arrived.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import type { TotpSecret } from "@gen/api";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { answer, api } from "@/api/client";
import { problemOf } from "@/api/problem";
import { Copy } from "@/parts/Copy";
import { Form, TextField } from "@/parts/Field";
import { complaint, ProblemBox } from "@/parts/Trouble";
import { t } from "@/text";

export function Enrol({ secret, done, cancel }: { secret: TotpSecret; done: (codes: string[]) => void; cancel: () => void }) {
  const [code, setCode] = useState("");
  const digits = code.replace(/\s/g, "");
  const enable = useMutation({
    mutationFn: () => answer(api.PUT("/api/v1/session/totp", { body: { code: digits } })),
    onSuccess: ({ recovery_codes }) => done(recovery_codes),
  });
  const problem = enable.error ? problemOf(enable.error) : undefined;
  const refusal = problem?.about("code");
  return (
    <Form onSubmit={(event) => { event.preventDefault(); if (digits.length >= 6) enable.mutate(); }}>
      <ol className="enrol">
        <li>
          <p>{t("settings.totp.scan")}</p>
          <div className="row">
            <img className="qr" src={`data:image/svg+xml,${encodeURIComponent(secret.qr)}`} alt={t("settings.totp.qr")} width="168" height="168" />
            <div className="stack tight">
              <span className="soft">{t("settings.totp.type")}</span>
              <span className="row"><code className="break secret" data-value>{grouped(secret.secret)}</code> <Copy text={secret.secret} name={t("settings.totp.copySecret")} /></span>
              <a href={secret.uri}>{t("settings.totp.open")}</a>
            </div>
          </div>
        </li>
        <li className="narrow">
          <TextField label={t("settings.totp.code")} value={code} onChange={(typed) => { setCode(typed); if (problem) enable.reset(); }} inputMode="numeric"
            autoComplete="one-time-code" maxLength={8} autoFocus wrong={complaint(refusal)} />
        </li>
      </ol>
      {problem && !refusal && <ProblemBox error={problem} />}
      <div className="row">
        <Button type="submit" isDisabled={digits.length < 6 || enable.isPending} isLoading={enable.isPending}>{t("settings.totp.enable")}</Button>
        <Button variant="link" onClick={cancel}>{t("common.cancel")}</Button>
      </div>
    </Form>
  );
}

/** In fours, which are read and typed without losing one's place. */
function grouped(secret: string): string {
  return secret.match(/.{1,4}/g)?.join(" ") ?? secret;
}
