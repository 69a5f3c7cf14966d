// Where a one-time link leads: it makes the first administrator, or signs in. The code is in the address' fragment,
// which a browser sends to nobody.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { useMutation } from "@tanstack/react-query";
import type { SessionState } from "@gen/api";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import { answer, api } from "@/api/client";
import { Problem } from "@/api/problem";
import { useSignedIn } from "@/app/session";
import { Form, TextField } from "@/parts/Field";
import { LinkButton, Skeleton } from "@/parts/Page";
import { LEAST, Password } from "@/parts/Password";
import { complaint, ProblemBox } from "@/parts/Trouble";
import { t } from "@/text";
import { Frame } from "./Frame";
import { Command } from "./SignIn";

function codeOfAddress(): string {
  return new URLSearchParams(location.hash.slice(1)).get("code") ?? "";
}

export default function Welcome({ session }: { session: SessionState }) {
  const [code] = useState(codeOfAddress);
  useEffect(() => {
    document.title = `${t("welcome.title")} · Certwright`;
    // Out of the address as soon as it is read, so that it is in no history and no bookmark.
    if (location.hash) history.replaceState(history.state, "", location.pathname);
  }, []);
  if (!code) return session.signed_in ? <Home /> : <Spent title={t("welcome.noCode")} />;
  return session.administrator_exists ? <Open code={code} /> : <SetUp code={code} />;
}

function Home() {
  const [, navigate] = useLocation();
  useEffect(() => navigate("/", { replace: true }), [navigate]);
  return null;
}

/** Signs in, at once. */
function Open({ code }: { code: string }) {
  const signedIn = useSignedIn();
  const [, navigate] = useLocation();
  const open = useMutation({
    mutationFn: () => answer(api.POST("/api/v1/session/link", { body: { code } })),
    onSuccess: (session) => {
      signedIn(session);
      navigate("/", { replace: true });
    },
  });
  // Once: development shows effects twice, and the link opens once.
  const asked = useRef(false);
  const { mutate } = open;
  useEffect(() => {
    if (asked.current) return;
    asked.current = true;
    mutate();
  }, [mutate]);
  if (open.error) return <Refused error={open.error} />;
  return (
    <Frame title={t("welcome.opening")}>
      <Skeleton lines={2} />
    </Frame>
  );
}

/** Makes the first administrator. */
function SetUp({ code }: { code: string }) {
  const signedIn = useSignedIn();
  const [, navigate] = useLocation();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const [tried, setTried] = useState(false);
  const first = useRef<HTMLInputElement>(null);
  const second = useRef<HTMLInputElement>(null);
  const third = useRef<HTMLInputElement>(null);
  const setUp = useMutation({
    mutationFn: () => answer(api.POST("/api/v1/setup", { body: { code, name: name.trim(), password } })),
    onSuccess: (session) => {
      signedIn(session);
      navigate("/first-run", { replace: true });
    },
  });
  const problem = setUp.error instanceof Problem ? setUp.error : undefined;
  if (problem?.kind === "link-refused") return <Refused error={problem} />;
  const left = LEAST - [...password].length;
  const differs = again !== password;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (name.trim() && left <= 0 && !differs) setUp.mutate();
    else (!name.trim() ? first : left > 0 ? second : third).current?.focus();
  };
  // The page is loaded anew in another language, and needs the code again then.
  const keepCode = () => history.replaceState(history.state, "", `${location.pathname}#code=${encodeURIComponent(code)}`);
  const about = (field: string) => {
    return complaint(problem?.about(field));
  };
  return (
    <Frame title={t("welcome.title")} lead={t("welcome.lead")} before={keepCode}>
      <Form onSubmit={submit}>
        <TextField label={t("welcome.name")} help={t("welcome.name.help")} wrong={about("name")} value={name} onChange={setName}
          autoComplete="username" autoCapitalize="none" spellCheck={false} required autoFocus ref={first} />
        <Password label={t("welcome.password")} help={t("welcome.password.help", { least: LEAST })}
          wrong={about("password") ?? (tried && left > 0 ? t("welcome.short", { left }) : undefined)}
          value={password} onChange={setPassword} autoComplete="new-password" required ref={second} />
        <Password label={t("welcome.again")} wrong={tried && differs ? t("welcome.differs") : undefined}
          value={again} onChange={setAgain} autoComplete="new-password" required ref={third} />
        {problem && !problem.refusals.length && <ProblemBox error={problem} />}
        <Button type="submit" isBlock isLoading={setUp.isPending} isDisabled={setUp.isPending}>
          {t("welcome.go")}
        </Button>
      </Form>
    </Frame>
  );
}

function Refused({ error }: { error: unknown }) {
  if (error instanceof Problem && (error.kind === "link-refused" || error.status === 401 || error.status === 410)) {
    return <Spent title={t("welcome.used")} />;
  }
  return (
    <Frame title={t("welcome.title")}>
      <ProblemBox error={error} />
    </Frame>
  );
}

function Spent({ title }: { title: string }) {
  return (
    <Frame title={title} lead={t("welcome.used.why")}>
      <Command />
      <LinkButton to="/">{t("signIn.title")}</LinkButton>
    </Frame>
  );
}
