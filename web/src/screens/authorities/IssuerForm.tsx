// A new built-in authority: a real ACME server for names that no public one certifies, constrained to them for good.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Checkbox } from "@patternfly/react-core/dist/esm/components/Checkbox";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { answer, api } from "@/api/client";
import { useOnce } from "@/api/once";
import { problemOf } from "@/api/problem";
import { queries } from "@/app/queries";
import { useMay } from "@/app/session";
import { Form, TextField } from "@/parts/Field";
import { Card, Empty, LinkButton, PageHead } from "@/parts/Page";
import { ProblemBox } from "@/parts/Trouble";
import { t } from "@/text";
import { EMPTY, type IssuerEntry, issuerSettingsOf } from "./issuerEntry";
import { IssuerFields } from "./IssuerFields";

export function IssuerForm() {
  const administrator = useMay("administrator");
  const [, navigate] = useLocation();
  const [name, setName] = useState("");
  const [title, setTitle] = useState("");
  const [entry, setEntry] = useState<IssuerEntry>(EMPTY);
  const [enabled, setEnabled] = useState(true);
  const once = useOnce();
  const make = useMutation({
    mutationFn: () => {
      const body = { name: name.trim(), title: title.trim(), enabled, settings: issuerSettingsOf(entry) };
      return answer(api.POST("/api/v1/issuers", { params: { header: { "Idempotency-Key": once(body) } }, body }));
    },
    onSuccess: (issuer) => {
      void queries.invalidateQueries({ queryKey: ["issuers"] });
      navigate(`/authorities/built-in/${issuer.name}`);
    },
  });
  if (!administrator) return <Empty page title={t("edit.notPermitted")}>{t("common.notPermitted", { role: t("role.administrator") })}</Empty>;
  const problem = make.error ? problemOf(make.error) : undefined;
  const missing = !name.trim() || !title.trim() || (!entry.anything && !entry.names.trim());
  return (
    <>
      <PageHead title={t("authorities.newBuiltIn")} above={{ to: "/authorities", title: t("nav.authorities") }} lead={t("issuer.lead")} />
      <Form className="form-narrow" onSubmit={(event) => { event.preventDefault(); if (!missing) make.mutate(); }}>
        <Card>
          <div className="pair">
            <TextField label={t("authorities.title")} help={t("issuer.title.help")} value={title} onChange={setTitle} required wrong={problem?.about("title")?.reason} autoFocus />
            <TextField label={t("authorities.id")} help={t("issuer.name.help")} value={name} onChange={setName} required wrong={problem?.about("name")?.reason} spellCheck={false} />
          </div>
          <IssuerFields entry={entry} set={(changes) => setEntry((before) => ({ ...before, ...changes }))} problem={problem} isNew />
          <Checkbox id="issuer-enabled" label={t("issuer.enable")} isChecked={enabled} onChange={(_, on) => setEnabled(on)} />
          {problem && <ProblemBox error={problem} />}
          <div className="row">
            <Button type="submit" variant={entry.anything ? "danger" : "primary"} isDisabled={missing || make.isPending} isLoading={make.isPending}>{t("issuer.make")}</Button>
            <LinkButton to="/authorities" variant="link">{t("common.cancel")}</LinkButton>
          </div>
        </Card>
      </Form>
    </>
  );
}
