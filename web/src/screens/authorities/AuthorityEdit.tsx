// Changing an authority: one of one's own by its whole form, one that came with the program in its limits and pace. Only what
// was changed is sent, so that nobody else's change is taken back.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import type { Authority } from "@gen/api";
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
import { catalogueOf, changesOf, type Entry, entryOf } from "./entry";
import { LimitFields, PaceFields } from "./LimitFields";
import { WholeForm } from "./WholeForm";

type Read = { value: Authority; revision: string };

export function AuthorityEdit({ id }: { id: string }) {
  const administrator = useMay("administrator");
  // Under a key of its own: what somebody else changes must not change what is being typed.
  const read = useQuery({
    queryKey: ["editing-authority", id],
    queryFn: () => revised(api.GET("/api/v1/authorities/{authority}", { params: { path: { authority: id } } })),
    staleTime: 0,
    gcTime: 0,
  });
  if (!administrator) return <Empty page title={t("edit.notPermitted")}>{t("common.notPermitted", { role: t("role.administrator") })}</Empty>;
  return <Loaded query={read} lines={8}>{(value) => <Editing read={value} again={async () => (await read.refetch()).data} />}</Loaded>;
}

function Editing({ read, again }: { read: Read; again: () => Promise<Read | undefined> }) {
  const [, navigate] = useLocation();
  const [base, setBase] = useState(() => ({ authority: read.value, entry: entryOf(read.value, false), revision: read.revision }));
  const [entry, setEntry] = useState(base.entry);
  const { authority } = base;
  const set = (part: Partial<Entry>) => setEntry((before) => ({ ...before, ...part }));
  const to = `/authorities/${authority.id}`;
  const changes = changesOf(entry, base.entry, authority);
  const changed = Object.keys(changes).length > 0;
  const save = useMutation({
    mutationFn: () =>
      answer(api.PATCH("/api/v1/authorities/{authority}", {
        params: { path: { authority: authority.id }, header: { "If-Match": base.revision } },
        body: changes,
      })),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["authorities"] });
      void queries.invalidateQueries({ queryKey: ["limits", authority.id] });
      navigate(to);
    },
  });
  // What is typed stays; what one did not touch is taken from the newer state.
  const takeNewer = async () => {
    const newer = await again();
    if (!newer) return;
    const fresh = entryOf(newer.value, false);
    setBase({ authority: newer.value, entry: fresh, revision: newer.revision });
    setEntry({ ...fresh, ...differing(entry, base.entry) });
    save.reset();
  };
  const outdated = save.error instanceof Problem && save.error.kind === "outdated";
  const problem = save.error && !outdated ? problemOf(save.error) : undefined;
  const wrong = (field: string) => problem?.about(field)?.reason;
  const catalogue = catalogueOf(authority);
  const isComplete = authority.built_in || (!!entry.title.trim() && !!entry.directory.trim());
  return (
    <>
      <PageHead title={t("authorities.edit", { title: authority.title })} above={{ to, title: authority.title, isName: true }}
        lead={authority.built_in ? t("authorities.edit.builtIn") : t("authorities.new.lead")} />
      {outdated && <Newer take={takeNewer} />}
      <Form onSubmit={(event) => { event.preventDefault(); if (changed) save.mutate(); }}>
        {authority.built_in ? (
          <Card>
            <div className="stack">
              <LimitFields entry={entry} set={set} wrong={wrong} usual={() => set({ limits: catalogue.limits })} />
              <PaceFields entry={entry} set={set} wrong={wrong} usual={() => set({ open: catalogue.open, openOfAccount: catalogue.openOfAccount, perSecond: catalogue.perSecond })} />
            </div>
          </Card>
        ) : <WholeForm entry={entry} set={set} problem={problem} isNew={false} />}
        {problem && <ProblemBox error={problem} />}
        <div className="row">
          <Button type="submit" isDisabled={!changed || !isComplete || save.isPending} isLoading={save.isPending}>{t("common.save")}</Button>
          <LinkButton to={to} variant="link">{changed ? t("edit.discard") : t("common.cancel")}</LinkButton>
        </div>
      </Form>
    </>
  );
}
