// Sites that were found, of which a certificate is made and requested at once; the plan stands beside them.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Checkbox } from "@patternfly/react-core/dist/esm/components/Checkbox";
import { SearchInput } from "@patternfly/react-core/dist/esm/components/SearchInput";
import CheckCircleIcon from "@patternfly/react-icons/dist/esm/icons/check-circle-icon";
import type { Account, Site } from "@gen/api";
import { useMutation } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { Link, useLocation } from "wouter";
import { answer, api } from "@/api/client";
import { useOnce } from "@/api/once";
import { requestCertificate } from "@/api/requests";
import { queries } from "@/app/queries";
import { useAuthorities } from "@/app/reads";
import { Card, LinkButton } from "@/parts/Page";
import { SelectField } from "@/parts/Select";
import { ProblemBox } from "@/parts/Trouble";
import { LivePlan } from "@/screens/edit/LivePlan";
import { t } from "@/text";

/** More than these are found by their name. */
const MANY = 10;

const idOf = (site: Site) => `${site.place} ${site.names[0]}`;

export function Sites({ sites, accounts, back }: { sites: readonly Site[]; accounts: readonly Account[]; back: () => void }) {
  const [, navigate] = useLocation();
  // What has no certificate comes first: that is what one is here for.
  const ordered = useMemo(() => [...sites].sort((a, b) => Number(a.certificates.length > 0) - Number(b.certificates.length > 0)), [sites]);
  const without = sites.filter(({ certificates }) => !certificates.length).length;
  const [chosen, setChosen] = useState<ReadonlySet<string>>(() => new Set(ordered.slice(0, without ? 1 : 0).map(idOf)));
  const [search, setSearch] = useState("");
  // The newest account's, which may have been opened a moment ago.
  const [picked, setPicked] = useState<string>();
  const authority = picked ?? accounts.at(-1)?.authority;
  const names = [...new Set(ordered.filter((site) => chosen.has(idOf(site))).flatMap((site) => site.names))];
  const draft = { identifiers: names, authority };
  const request = useRequest(JSON.stringify(draft));
  const fitting = ordered.filter((site) => chosen.has(idOf(site)) || site.names.some((name) => name.includes(search.trim().toLowerCase())));
  const toggle = (site: Site, on: boolean) => {
    setChosen((before) => {
      const after = new Set(before);
      if (on) after.add(idOf(site));
      else after.delete(idOf(site));
      return after;
    });
    request.reset();
  };
  return (
    <div className="grid-2">
      <Card title={t("first.sites", { number: sites.length })}>
        {without ? <p className="soft">{t("first.sites.without", { number: without })}</p> : <p className="row tone-good strong"><CheckCircleIcon /> {t("first.sites.all")}</p>}
        {sites.length > MANY && (
          <SearchInput aria-label={t("first.search")} placeholder={t("first.search")} value={search} onChange={(_, text) => setSearch(text)} onClear={() => setSearch("")} />
        )}
        <div className="first-choices first-sites">
          {fitting.slice(0, 50).map((site) => (
            <Checkbox key={idOf(site)} id={`site-${idOf(site)}`} isChecked={chosen.has(idOf(site))} onChange={(_, on) => toggle(site, on)} isDisabled={request.isPending}
              label={<span className="break" data-value>{site.names.join(", ")}</span>}
              description={
                <>
                  <span className="break" data-value>{site.place}</span> · {site.certificates.length ? t("first.managed") : site.tls ? t("first.tls") : t("first.plain")}
                </>
              } />
          ))}
        </div>
        {fitting.length > 50 && <p className="soft">{t("first.moreSites", { number: fitting.length - 50 })}</p>}
        <p className="soft">{t("first.typed")} <Link href="/certificates/new">{t("certificates.new")}</Link></p>
        {accounts.length === 0 && <p className="offer">{t("first.noAccount")} <Button variant="link" isInline onClick={back}>{t("first.openAccount")}</Button></p>}
        {accounts.length > 0 && <Authority accounts={accounts} value={authority} onChange={(one) => { setPicked(one); request.reset(); }} />}
        {request.error && (
          <ProblemBox error={request.error} actions={request.made && <LinkButton to={`/certificates/${request.made}`}>{t("first.toCertificate")}</LinkButton>} />
        )}
        <div className="row">
          <Button onClick={() => request.start(draft, (run) => navigate(`/activity/runs/${run}`))} isDisabled={!names.length || !authority || request.isPending} isLoading={request.isPending}>
            {t("first.request")}
          </Button>
          <LinkButton to="/" variant={without ? "link" : "secondary"}>{without ? t("first.later") : t("app.toOverview")}</LinkButton>
        </div>
      </Card>
      <LivePlan asked={names.length && authority ? draft : undefined} empty={accounts.length ? t("first.plan.empty") : t("first.plan.noAccount")} command={undefined}
        ask={(body) => answer(api.POST("/api/v1/certificates/preview", { body }))} />
    </div>
  );
}

/** By whom: said, and where there is a choice, chosen. */
function Authority({ accounts, value, onChange }: { accounts: readonly Account[]; value: string | undefined; onChange: (authority: string) => void }) {
  const authorities = useAuthorities();
  const title = (id: string) => authorities.data?.items.find((one) => one.id === id)?.title ?? id;
  const off = new Set(authorities.data?.items.filter(({ details }) => details?.disabled).map(({ id }) => id));
  const ids = [...new Set(accounts.map(({ authority }) => authority))].filter((id) => !off.has(id));
  if (ids.length === 1) return <p className="soft">{t("first.by")} <b data-value>{title(ids[0]!)}</b></p>;
  return <SelectField label={t("first.by")} value={value ?? ""} onChange={onChange} options={ids.map((id) => [id, title(id)] as const)} />;
}

/** Makes the certificate and requests it. Asked again for the same, it makes no second one. */
function useRequest(draftKey: string) {
  const once = useOnce();
  const [made, setMade] = useState<{ id: string; of: string }>();
  const mutation = useMutation({
    mutationFn: async (draft: { identifiers: string[]; authority: string | undefined }) => {
      let id = made?.of === draftKey ? made.id : undefined;
      if (!id) {
        id = (await answer(api.POST("/api/v1/certificates", { body: draft, params: { header: { "Idempotency-Key": once(draft) } } }))).id;
        setMade({ id, of: draftKey });
        for (const noun of ["certificates", "service", "sites"]) void queries.invalidateQueries({ queryKey: [noun] });
      }
      return requestCertificate(id);
    },
  });
  return {
    isPending: mutation.isPending,
    error: mutation.error,
    reset: mutation.reset,
    /** The certificate that was made, where only its request was refused. */
    made: made?.of === draftKey ? made.id : undefined,
    start: (draft: { identifiers: string[]; authority: string | undefined }, done: (run: string) => void) =>
      mutation.mutate(draft, { onSuccess: (run) => done(run.id) }),
  };
}
