// Signing in with name, password and, where it is wanted, a code.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { useMutation } from "@tanstack/react-query";
import type { SessionState } from "@gen/api";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { answer, api } from "@/api/client";
import { Problem } from "@/api/problem";
import { useSignedIn } from "@/app/session";
import { Copy } from "@/parts/Copy";
import { Form, TextField } from "@/parts/Field";
import { span } from "@/parts/Moment";
import { Password } from "@/parts/Password";
import { ProblemBox } from "@/parts/Trouble";
import { t } from "@/text";
import { Frame } from "./Frame";
import { useWait } from "./useWait";

export default function SignIn({ session }: { session: SessionState }) {
  useEffect(() => {
    document.title = `${t("signIn.title")} · Certwright`;
  }, []);
  return session.administrator_exists ? <Signing /> : <NoAdministrator />;
}

function Signing() {
  const signedIn = useSignedIn();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [wantsCode, setWantsCode] = useState(false);
  const { left, hold } = useWait();
  const secret = useRef<HTMLInputElement>(null);
  const sign = useMutation({
    mutationFn: () =>
      answer(api.POST("/api/v1/session", { body: { name: name.trim(), password, code: wantsCode ? code.replace(/\s/g, "") : undefined } })),
    onSuccess: signedIn,
    onError: (error) => {
      if (!(error instanceof Problem)) return;
      if (error.kind === "second-factor-needed") setWantsCode(true);
      // The wait is of this name alone: with another one it can be tried at once.
      if (error.kind === "locked-out") hold(name.trim(), error.retryAfter ?? 60);
      // What was wrong is typed anew, not hunted for.
      secret.current?.select();
    },
  });
  const problem = sign.error instanceof Problem ? sign.error : undefined;
  const asksForCode = problem?.kind === "second-factor-needed" && !code;
  const waiting = left(name.trim());
  const wrong =
    problem?.kind === "sign-in-refused" ? (wantsCode ? t("signIn.codeWrong") : t("signIn.wrong"))
    : problem?.kind === "second-factor-needed" && code ? t("signIn.codeWrong")
    : problem?.kind === "locked-out" ? (waiting > 0 ? t("signIn.locked", { wait: span(problem.retryAfter ?? 60) }) : "")
    : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (waiting === 0 && !sign.isPending) sign.mutate();
  };
  const another = () => {
    setWantsCode(false);
    setCode("");
    setPassword("");
    sign.reset();
  };
  return (
    <Frame title={wantsCode ? t("signIn.second") : t("signIn.title")}>
      <Form onSubmit={submit}>
        {!wantsCode && (
          <>
            <TextField label={t("signIn.name")} value={name} onChange={setName} autoComplete="username" autoCapitalize="none" spellCheck={false} required autoFocus />
            <Password label={t("signIn.password")} value={password} onChange={setPassword} autoComplete="current-password" required ref={secret} />
          </>
        )}
        {wantsCode && (
          <>
            <p className="alone-who">
              <span className="soft">{t("signIn.as")} <b data-value>{name.trim()}</b></span>
              <Button variant="link" isInline onClick={another}>{t("signIn.another")}</Button>
            </p>
            <TextField label={t("signIn.code")} help={t("signIn.code.help")} value={code} onChange={setCode} autoComplete="one-time-code" inputMode="text"
              autoCapitalize="none" spellCheck={false} required autoFocus ref={secret} />
          </>
        )}
        {wrong && <p className="tone-bad strong" role="alert">{wrong}</p>}
        {problem && wrong === undefined && !asksForCode && <ProblemBox error={problem} />}
        <Button type="submit" isBlock isLoading={sign.isPending} isDisabled={sign.isPending || waiting > 0}>
          {waiting > 0 ? <>{t("signIn.wait")} <span data-value>{clockOf(waiting)}</span></> : t("signIn.go")}
        </Button>
      </Form>
      {!wantsCode && <p className="soft">{t("signIn.forgotten")}</p>}
    </Frame>
  );
}

/** Minutes and seconds, as a clock that runs down. */
function clockOf(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function NoAdministrator() {
  return (
    <Frame title={t("signIn.noAdministrator")} lead={t("signIn.noAdministrator.why")}>
      <Command />
    </Frame>
  );
}

/** The command that gives a link. */
export function Command() {
  return (
    <p className="command">
      <code data-value>certwright gui</code> <Copy text="certwright gui" />
    </p>
  );
}
