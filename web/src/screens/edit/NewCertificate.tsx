// A new certificate: names, and three clicks later it is being requested.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useLocation, useSearchParams } from "wouter";
import { answer, api } from "@/api/client";
import { useOnce } from "@/api/once";
import { Problem, problemOf } from "@/api/problem";
import { requestCertificate } from "@/api/requests";
import { queries } from "@/app/queries";
import { useMay } from "@/app/session";
import { Empty, PageHead } from "@/parts/Page";
import { ProblemBox } from "@/parts/Trouble";
import { TestDialog } from "@/screens/certificates/bulk/TestDialog";
import { t } from "@/text";
import { asCommand } from "./asCommand";
import { CertificateForm, useChoices } from "./CertificateForm";
import { draftOf, EMPTY, type Form } from "./form";
import { forget, keep, kept } from "./kept";
import { LivePlan } from "./LivePlan";
import { namesIn } from "./names";

type Then = "save" | "test" | "request";
const KEPT = "new";

export default function NewCertificate() {
  const operator = useMay("operator");
  const [search] = useSearchParams();
  const [, navigate] = useLocation();
  const names = search.get("names");
  const [form, setForm] = useState<Form>(() => (names ? { ...EMPTY, identifiers: namesIn(names) } : (kept(KEPT) ?? EMPTY)));
  const [created, setCreated] = useState<{ id: string; name: string }>();
  const choices = useChoices();
  const { authorities, accounts } = choices;
  const once = useOnce();
  const set = (changes: Partial<Form>) =>
    setForm((before) => {
      const after = { ...before, ...changes };
      keep(KEPT, after);
      return after;
    });

  // Whoever has one account wants its authority.
  useEffect(() => {
    if (form.authority || !authorities || !accounts) return;
    const off = new Set(authorities.filter(({ details }) => details?.disabled).map(({ id }) => id));
    const usual = accounts.findLast(({ authority }) => !off.has(authority))?.authority ?? "letsencrypt";
    setForm((before) => (before.authority ? before : { ...before, authority: usual }));
  }, [form.authority, authorities, accounts]);

  const save = useMutation({
    mutationFn: async (then: Then) => {
      const body = draftOf(form);
      const certificate = await answer(api.POST("/api/v1/certificates", { body, params: { header: { "Idempotency-Key": once(body) } } }));
      forget(KEPT);
      void queries.invalidateQueries({ queryKey: ["certificates"] });
      void queries.invalidateQueries({ queryKey: ["service"] });
      if (then !== "request") return { then, certificate };
      const run = await requestCertificate(certificate.id).catch((error: unknown) => {
        // It is created: the certificate's own screen says what holds it up and how to go on.
        console.warn(problemOf(error).message);
        return undefined;
      });
      return { then, certificate, run };
    },
    onSuccess: ({ then, certificate, ...more }) => {
      if (then === "test") return setCreated({ id: certificate.id, name: certificate.name });
      navigate("run" in more && more.run ? `/activity/runs/${more.run.id}` : `/certificates/${certificate.id}`);
    },
  });

  if (!operator) return <Empty page title={t("edit.notPermitted")}>{t("common.notPermitted", { role: t("role.operator") })}</Empty>;
  const problem = save.error instanceof Problem ? save.error : undefined;
  const ready = form.identifiers.length > 0 || (form.keySource === "request" && !!form.request);
  const doing = (then: Then) => save.isPending && save.variables === then;
  return (
    <>
      <PageHead title={t("certificates.new")} above={{ to: "/certificates", title: t("nav.certificates") }} />
      {!!choices.error && <ProblemBox error={choices.error} />}
      <CertificateForm form={form} set={set} problem={problem} isNew choices={choices} submit={() => ready && save.mutate("request")}
        plan={
          <LivePlan asked={ready ? draftOf(form) : undefined} empty={t("edit.plan.empty")} command={ready ? asCommand(form) : undefined}
            ask={(body) => answer(api.POST("/api/v1/certificates/preview", { body }))} />
        }
        buttons={
          <>
            <Button type="submit" variant="primary" isDisabled={!ready || save.isPending} isLoading={doing("request")}>{t("edit.saveRequest")}</Button>
            <Button variant="secondary" isDisabled={!ready || save.isPending} isLoading={doing("test")} onClick={() => save.mutate("test")}>
              {t("edit.saveTest")}
            </Button>
            <Button variant="secondary" isDisabled={!ready || save.isPending} isLoading={doing("save")} onClick={() => save.mutate("save")}>
              {t("common.save")}
            </Button>
            <Button variant="link" className="end" onClick={() => { forget(KEPT); navigate("/certificates"); }}>{t("edit.discard")}</Button>
          </>
        } />
      {created && (
        <TestDialog ids={() => Promise.resolve([created.id])} number={1} name={created.name} done={() => undefined}
          close={() => navigate(`/certificates/${created.id}`)} />
      )}
    </>
  );
}
