// An authority of one's own: any ACME directory, with what is to be known of it.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import type { Authority } from "@gen/api";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation, useSearchParams } from "wouter";
import { answer, api } from "@/api/client";
import { problemOf } from "@/api/problem";
import { queries } from "@/app/queries";
import { useAuthorities } from "@/app/reads";
import { useMay } from "@/app/session";
import { Form } from "@/parts/Field";
import { Empty, LinkButton, Loaded, PageHead } from "@/parts/Page";
import { ProblemBox } from "@/parts/Trouble";
import { t } from "@/text";
import { draftOf, type Entry, entryOf } from "./entry";
import { WholeForm } from "./WholeForm";

/** Makes an entry: empty, or after the one that the address names as `like`. */
export function AuthorityForm() {
  const administrator = useMay("administrator");
  const [search] = useSearchParams();
  const from = search.get("like") ?? "";
  const authority = useQuery({
    queryKey: ["authorities", from, "copying"],
    queryFn: () => answer(api.GET("/api/v1/authorities/{authority}", { params: { path: { authority: from } } })),
    enabled: !!from,
    gcTime: 0,
  });
  if (!administrator) return <Empty page title={t("edit.notPermitted")}>{t("common.notPermitted", { role: t("role.administrator") })}</Empty>;
  if (!from) return <Making like={undefined} />;
  return <Loaded query={authority} lines={8}>{(value) => <Making like={value} />}</Loaded>;
}

function Making({ like }: { like: Authority | undefined }) {
  const [, navigate] = useLocation();
  const authorities = useAuthorities();
  const [entry, setEntry] = useState(() => entryOf(like, true));
  const set = (changes: Partial<Entry>) => setEntry((before) => ({ ...before, ...changes }));
  const id = entry.id.trim();
  // To save is to replace: an entry of the same name must not vanish by that.
  const taken = !!authorities.data?.items.some((one) => one.id === id);
  const save = useMutation({
    mutationFn: () => answer(api.PUT("/api/v1/authorities/{authority}", { params: { path: { authority: id } }, body: draftOf(entry, like?.details) })),
    onSuccess: (authority) => {
      void queries.invalidateQueries({ queryKey: ["authorities"] });
      navigate(`/authorities/${authority.id}`);
    },
  });
  const problem = save.error ? problemOf(save.error) : undefined;
  return (
    <>
      <PageHead title={t("authorities.new")} above={{ to: "/authorities", title: t("nav.authorities") }} lead={t("authorities.new.lead")} />
      <Form onSubmit={(event) => { event.preventDefault(); if (!taken) save.mutate(); }}>
        <WholeForm entry={entry} set={set} problem={problem} isNew taken={taken} parts={like?.details?.directory_parts ?? []} />
        {problem && <ProblemBox error={problem} />}
        <div className="row">
          <Button type="submit" isDisabled={!id || taken || !entry.title.trim() || !entry.directory.trim() || save.isPending} isLoading={save.isPending}>{t("common.save")}</Button>
          <LinkButton to="/authorities" variant="link">{t("common.cancel")}</LinkButton>
        </div>
      </Form>
    </>
  );
}
