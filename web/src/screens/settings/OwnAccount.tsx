// One's own password and second factor.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { answer, api } from "@/api/client";
import { listen, unlisten } from "@/api/live";
import { problemOf } from "@/api/problem";
import { useSignedIn, useUser } from "@/app/session";
import { Form } from "@/parts/Field";
import { Card, Facts } from "@/parts/Page";
import { LEAST, Password } from "@/parts/Password";
import { complaint, ProblemBox } from "@/parts/Trouble";
import { t, type TextId } from "@/text";
import { SecondFactor } from "./SecondFactor";

export default function OwnAccount() {
  const user = useUser();
  return (
    <>
      <Card title={t("settings.account")}>
        <Facts facts={[
          [t("settings.users.name"), <span className="strong" data-value>{user.name}</span>],
          [t("settings.users.role"), <>{t(`role.${user.role}` as TextId)} <span className="soft">– {t(`settings.role.${user.role}` as TextId)}</span></>],
        ]} />
      </Card>
      <PasswordCard name={user.name} />
      <SecondFactor on={user.totp} />
    </>
  );
}

/** Closed until it is wanted: most who come here want something else. */
function PasswordCard({ name }: { name: string }) {
  const [open, setOpen] = useState(false);
  const [changed, setChanged] = useState(false);
  const close = (done: boolean) => {
    setOpen(false);
    setChanged(done);
  };
  return (
    <Card title={t("settings.password")}>
      {open ? <ChangePassword name={name} done={() => close(true)} cancel={() => close(false)} /> : (
        <div className="row">
          <Button variant="secondary" autoFocus={changed} onClick={() => { setOpen(true); setChanged(false); }}>{t("settings.password.change")}</Button>
          <span role="status" className="tone-good">{changed ? t("settings.password.changed") : ""}</span>
        </div>
      )}
    </Card>
  );
}

const NOTHING = { current: "", wanted: "", again: "" };

function ChangePassword({ name, done, cancel }: { name: string; done: () => void; cancel: () => void }) {
  const signedIn = useSignedIn();
  const [typed, setTyped] = useState(NOTHING);
  const [tried, setTried] = useState(false);
  const change = useMutation({
    mutationFn: () => answer(api.PUT("/api/v1/session/password", { body: { current: typed.current, new: typed.wanted } })),
    onSuccess: (session) => {
      signedIn(session);
      // The stream of events was cut off with the old session.
      unlisten();
      listen();
      done();
    },
  });
  const set = (part: Partial<typeof NOTHING>) => {
    setTyped((now) => ({ ...now, ...part }));
    if (change.error) change.reset();
  };
  const problem = change.error ? problemOf(change.error) : undefined;
  const left = LEAST - [...typed.wanted].length;
  const differs = typed.again !== typed.wanted;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (typed.current && left <= 0 && !differs) change.mutate();
  };
  return (
    <Form className="narrow" onSubmit={submit}>
      {/* For programs that keep passwords. */}
      <input type="text" name="username" autoComplete="username" value={name} readOnly hidden />
      <Password label={t("settings.password.current")} autoComplete="current-password" value={typed.current} onChange={(current) => set({ current })}
        wrong={complaint(problem?.about("current"))} autoFocus />
      <Password label={t("settings.password.new")} autoComplete="new-password" value={typed.wanted} onChange={(wanted) => set({ wanted })}
        wrong={complaint(problem?.about("new")) ?? (tried && left > 0 ? t("welcome.short", { left }) : undefined)} help={t("welcome.password.help", { least: LEAST })} />
      <Password label={t("welcome.again")} autoComplete="new-password" value={typed.again} onChange={(again) => set({ again })}
        wrong={tried && differs ? t("welcome.differs") : undefined} />
      <p className="soft">{t("settings.password.ends")}</p>
      {problem && !problem.refusals.length && <ProblemBox error={problem} />}
      <div className="row">
        <Button type="submit" isDisabled={!typed.current || !typed.wanted || change.isPending} isLoading={change.isPending}>{t("settings.password.change")}</Button>
        <Button variant="link" onClick={cancel}>{t("common.cancel")}</Button>
      </div>
    </Form>
  );
}
