// A second factor: on or off, switched on in a few steps; removed, or given new recovery codes, with the password.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import CheckCircleIcon from "@patternfly/react-icons/dist/esm/icons/check-circle-icon";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { answer, api } from "@/api/client";
import { problemOf } from "@/api/problem";
import { queries } from "@/app/queries";
import { Dialog } from "@/parts/Dialog";
import { Card } from "@/parts/Page";
import { Password } from "@/parts/Password";
import { complaint, ProblemBox } from "@/parts/Trouble";
import { t } from "@/text";
import { Enrol } from "./Enrol";
import { RecoveryCodes } from "./RecoveryCodes";

export function SecondFactor({ on }: { on: boolean }) {
  const [codes, setCodes] = useState<string[]>();
  const [asking, setAsking] = useState<"remove" | "renew">();
  const close = () => setAsking(undefined);
  const propose = useMutation({ mutationFn: () => answer(api.POST("/api/v1/session/totp")) });
  const refresh = () => void queries.invalidateQueries({ queryKey: ["session"] });
  const enabled = (recovery: string[]) => {
    setCodes(recovery);
    propose.reset();
    refresh();
  };
  return (
    <Card title={t("settings.totp")} actions={on && !codes && (
      <div className="row">
        <Button variant="link" isInline onClick={() => setAsking("renew")}>{t("settings.totp.renew")}</Button>
        <Button variant="link" isInline isDanger onClick={() => setAsking("remove")}>{t("settings.totp.remove")}</Button>
      </div>
    )}>
      <p className="soft">{t("settings.totp.what")}</p>
      {codes ? (
        <RecoveryCodes codes={codes} done={() => setCodes(undefined)} />
      ) : on ? (
        <p className="row tone-good strong"><CheckCircleIcon /> {t("settings.totp.on")}</p>
      ) : propose.data ? (
        <Enrol secret={propose.data} done={enabled} cancel={() => propose.reset()} />
      ) : (
        <div className="row">
          <Button variant="secondary" onClick={() => propose.mutate()} isLoading={propose.isPending} isDisabled={propose.isPending}>{t("settings.totp.begin")}</Button>
        </div>
      )}
      {!!propose.error && <ProblemBox error={propose.error} />}
      {asking === "remove" && (
        <Confirmed title={t("settings.totp.remove")} yes={t("common.remove")} danger close={close} done={refresh}
          send={(password) => answer(api.DELETE("/api/v1/session/totp", { body: { password } }))}>
          {t("settings.totp.remove.what")}
        </Confirmed>
      )}
      {asking === "renew" && (
        <Confirmed title={t("settings.totp.renew")} yes={t("settings.totp.renew.yes")} close={close}
          send={(password) => answer(api.POST("/api/v1/session/totp/recovery-codes", { body: { password } }))}
          done={({ recovery_codes }) => enabled(recovery_codes)}>
          {t("settings.totp.renew.what")}
        </Confirmed>
      )}
    </Card>
  );
}

/** Wants the password once more for what is done to the second factor. */
function Confirmed<T>({ title, yes, danger, send, done, close, children }: {
  title: string;
  yes: string;
  danger?: boolean;
  send: (password: string) => Promise<T>;
  done: (answer: T) => void;
  close: () => void;
  children: ReactNode;
}) {
  const [password, setPassword] = useState("");
  const doing = useMutation({
    mutationFn: () => send(password),
    onSuccess: (answer) => {
      done(answer);
      close();
    },
  });
  const problem = doing.error ? problemOf(doing.error) : undefined;
  const refusal = problem?.about("password");
  return (
    <Dialog title={title} yes={yes} danger={danger} doing={{ isPending: doing.isPending, error: refusal ? undefined : problem }}
      act={() => doing.mutate()} close={close} disabled={!password}>
      <p>{children}</p>
      <Password label={t("signIn.password")} autoComplete="current-password" value={password} onChange={setPassword} autoFocus
        wrong={complaint(refusal)} />
    </Dialog>
  );
}
