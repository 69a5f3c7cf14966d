// Changing a built-in authority. Only what was changed is sent, so that nobody else's change is taken back.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import type { Issuer, IssuerChanges } from "@gen/api";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { answer, api, revised } from "@/api/client";
import { Problem, problemOf } from "@/api/problem";
import { queries } from "@/app/queries";
import { useMay } from "@/app/session";
import { Form } from "@/parts/Field";
import { differing } from "@/parts/differing";
import { Newer } from "@/parts/Newer";
import { Card, Empty, LinkButton, Loaded, PageHead } from "@/parts/Page";
import { ProblemBox } from "@/parts/Trouble";
import { t } from "@/text";
import { issuerEntryOf, issuerSettingsOf } from "./issuerEntry";
import { IssuerFields } from "./IssuerFields";

type Read = { value: Issuer; revision: string };

export function IssuerEdit({ name }: { name: string }) {
  const administrator = useMay("administrator");
  // Under a key of its own: what somebody else changes must not change what is being typed.
  const read = useQuery({
    queryKey: ["editing-issuer", name],
    queryFn: () => revised(api.GET("/api/v1/issuers/{issuer}", { params: { path: { issuer: name } } })),
    staleTime: 0,
    gcTime: 0,
  });
  if (!administrator) return <Empty page title={t("edit.notPermitted")}>{t("common.notPermitted", { role: t("role.administrator") })}</Empty>;
  return <Loaded query={read} lines={8}>{(value) => <Editing read={value} again={async () => (await read.refetch()).data} />}</Loaded>;
}

function Editing({ read, again }: { read: Read; again: () => Promise<Read | undefined> }) {
  const [, navigate] = useLocation();
  const issuer = read.value;
  const [base, setBase] = useState(() => ({ entry: issuerEntryOf(issuer.settings), revision: read.revision }));
  const [entry, setEntry] = useState(base.entry);
  const to = `/authorities/built-in/${issuer.name}`;
  const changes = differing(issuerSettingsOf(entry), issuerSettingsOf(base.entry));
  const save = useMutation({
    mutationFn: () =>
      answer(api.PATCH("/api/v1/issuers/{issuer}", {
        params: { path: { issuer: issuer.name }, header: { "If-Match": base.revision } },
        body: { settings: changes } as IssuerChanges,
      })),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["issuers"] });
      navigate(to);
    },
  });
  // What is typed stays; what one did not touch is taken from the newer state.
  const takeNewer = async () => {
    const newer = await again();
    if (!newer) return;
    const fresh = issuerEntryOf(newer.value.settings);
    setBase({ entry: fresh, revision: newer.revision });
    setEntry({ ...fresh, ...differing(entry, base.entry) });
    save.reset();
  };
  const outdated = save.error instanceof Problem && save.error.kind === "outdated";
  const problem = save.error && !outdated ? problemOf(save.error) : undefined;
  const changed = Object.keys(changes).length > 0;
  return (
    <>
      <PageHead title={t("authorities.edit", { title: issuer.title ?? issuer.name })} above={{ to, title: issuer.title ?? issuer.name, isName: true }} lead={t("issuer.edit.lead")} />
      {outdated && <Newer take={takeNewer} />}
      <Form className="form-narrow" onSubmit={(event) => { event.preventDefault(); if (changed) save.mutate(); }}>
        <Card>
          <IssuerFields entry={entry} set={(part) => setEntry((before) => ({ ...before, ...part }))} problem={problem} isNew={false} />
          {problem && <ProblemBox error={problem} />}
          <div className="row">
            <Button type="submit" isDisabled={!changed || save.isPending} isLoading={save.isPending}>{t("common.save")}</Button>
            <LinkButton to={to} variant="link">{changed ? t("edit.discard") : t("common.cancel")}</LinkButton>
          </div>
        </Card>
      </Form>
    </>
  );
}
