// Signing in with name, password and, where it is wanted, a code.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { useMutation } from "@tanstack/react-query";
import type { Session } from "@gen/api";
import { type FormEvent, useState } from "react";
import { answer, api } from "@/api/client";
import { Problem } from "@/api/problem";
import { useSignedIn } from "@/app/session";
import { Copy } from "@/parts/Copy";
import { Form, TextField } from "@/parts/Field";
import { span } from "@/parts/Moment";
import { ProblemBox } from "@/parts/Trouble";
import { t } from "@/text";
import { Frame } from "./Frame";

export default function SignIn({ session }: { session: Session }) {
  const signedIn = useSignedIn();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [wantsCode, setWantsCode] = useState(false);
  const sign = useMutation({
    mutationFn: () =>
      answer(api.POST("/api/v1/session", { body: { name: name.trim(), password, code: wantsCode ? code.trim() : undefined } })),
    onSuccess: signedIn,
    onError: (error) => {
      if (error instanceof Problem && error.kind === "second-factor-needed") setWantsCode(true);
    },
  });
  if (!session.administrator_exists) return <NoAdministrator />;
  const problem = sign.error instanceof Problem ? sign.error : undefined;
  const asksForCode = problem?.kind === "second-factor-needed" && !code;
  const wrong =
    problem?.kind === "sign-in-refused" ? (wantsCode ? t("signIn.codeWrong") : t("signIn.wrong"))
    : problem?.kind === "second-factor-needed" && code ? t("signIn.codeWrong")
    : problem?.kind === "locked-out" ? t("signIn.locked", { wait: span(problem.retryAfter ?? 60) })
    : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    sign.mutate();
  };
  return (
    <Frame title={t("signIn.title")}>
      <Form onSubmit={submit}>
        {!wantsCode && (
          <>
            <TextField label={t("signIn.name")} value={name} onChange={setName} autoComplete="username" required autoFocus />
            <TextField label={t("signIn.password")} value={password} onChange={setPassword} type="password"
              autoComplete="current-password" required />
          </>
        )}
        {wantsCode && (
          <TextField label={t("signIn.code")} value={code} onChange={setCode} autoComplete="one-time-code" inputMode="text"
            required autoFocus />
        )}
        {wrong && <p className="tone-bad strong" role="alert">{wrong}</p>}
        {problem && !wrong && !asksForCode && <ProblemBox error={problem} />}
        <Button type="submit" isBlock isLoading={sign.isPending} isDisabled={sign.isPending}>
          {t("signIn.go")}
        </Button>
      </Form>
      <p className="soft">{t("signIn.forgotten")}</p>
    </Frame>
  );
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
    <p className="row">
      <code data-value>certwright gui</code> <Copy text="certwright gui" />
    </p>
  );
}
