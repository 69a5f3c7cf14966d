// Editing a certificate. Saving requests nothing; what somebody else changed meanwhile is shown and not overwritten.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import type { Certificate } from "@gen/api";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation, useSearchParams } from "wouter";
import { answer, api, revised } from "@/api/client";
import { Problem } from "@/api/problem";
import { queries } from "@/app/queries";
import { useMay } from "@/app/session";
import { differing } from "@/parts/differing";
import { Newer } from "@/parts/Newer";
import { Empty, Loaded, PageHead } from "@/parts/Page";
import { t } from "@/text";
import { CertificateForm, useChoices } from "./CertificateForm";
import { changesOf, type Form, formOf } from "./form";
import { forget, keep, kept } from "./kept";
import { LivePlan } from "./LivePlan";

export default function EditCertificate({ id }: { id: string }) {
  const operator = useMay("operator");
  // Under a key of its own: what comes by events must not change what somebody is typing.
  const read = useQuery({
    queryKey: ["editing", id],
    queryFn: () => revised(api.GET("/api/v1/certificates/{certificate}", { params: { path: { certificate: id } } })),
    staleTime: 0,
    gcTime: 0,
  });
  if (!operator) return <Empty page title={t("edit.notPermitted")}>{t("common.notPermitted", { role: t("role.operator") })}</Empty>;
  return (
    <Loaded query={read} lines={10}>
      {({ value, revision }) => <Editing key={value.id} certificate={value} revision={revision} again={async () => (await read.refetch()).data} />}
    </Loaded>
  );
}

function Editing({ certificate, revision, again }: {
  certificate: Certificate;
  revision: string;
  again: () => Promise<{ value: Certificate; revision: string } | undefined>;
}) {
  const [, navigate] = useLocation();
  const choices = useChoices();
  const name = `${certificate.id}`;
  const [base, setBase] = useState({ form: formOf(certificate), revision });
  const [search] = useSearchParams();
  const [form, setForm] = useState<Form>(() => kept(name) ?? without(base.form, certificate, search.get("without")));
  const changes = changesOf(form, base.form);
  const changed = Object.keys(changes).length > 0;
  const to = `/certificates/${certificate.id}`;
  const set = (part: Partial<Form>) =>
    setForm((before) => {
      const after = { ...before, ...part };
      keep(name, after);
      return after;
    });
  const save = useMutation({
    mutationFn: () =>
      answer(api.PATCH("/api/v1/certificates/{certificate}", {
        body: changes,
        params: { path: { certificate: certificate.id }, header: { "If-Match": base.revision } },
      })),
    onSuccess: () => {
      forget(name);
      for (const noun of ["certificates", "certificate"]) void queries.invalidateQueries({ queryKey: [noun] });
      navigate(to);
    },
  });
  // What is typed stays; what one did not touch is taken from the newer revision.
  const takeNewer = async () => {
    const newer = await again();
    if (!newer) return;
    const fresh = formOf(newer.value);
    setBase({ form: fresh, revision: newer.revision });
    setForm({ ...fresh, ...differing(form, base.form) });
    save.reset();
  };
  const problem = save.error instanceof Problem ? save.error : undefined;
  return (
    <>
      <PageHead title={t("edit.title", { name: certificate.name })} above={{ to, title: certificate.name, isName: true }} />
      {problem?.kind === "outdated" && <Newer take={takeNewer} />}
      <CertificateForm form={form} set={set} problem={problem?.kind === "outdated" ? undefined : problem} isNew={false} choices={choices}
        submit={() => changed && save.mutate()}
        plan={
          <LivePlan asked={changed ? changes : undefined} empty={t("edit.plan.unchanged")} command={undefined}
            ask={(body) =>
              answer(api.POST("/api/v1/certificates/{certificate}/preview-changes", { body, params: { path: { certificate: certificate.id } } }))} />
        }
        buttons={
          <>
            <Button type="submit" variant="primary" isDisabled={!changed || save.isPending} isLoading={save.isPending}>{t("common.save")}</Button>
            <span className="soft">{t("edit.saveRequestsNothing")}</span>
            <Button variant="link" className="end" onClick={() => { forget(name); navigate(to); }}>
              {changed ? t("edit.discard") : t("common.cancel")}
            </Button>
          </>
        } />
    </>
  );
}

/** The form without these names: a failure that names them leads here. Nothing is saved by that. */
function without(form: Form, { identifiers }: Certificate, names: string | null): Form {
  if (!names) return form;
  const left = new Set(names.split(","));
  const kept = form.identifiers.filter((_, index) => !left.has(identifiers[index] ?? ""));
  return kept.length ? { ...form, identifiers: kept } : form;
}
