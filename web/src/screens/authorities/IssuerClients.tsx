// What clients of a built-in authority need: its directory, trust in its root; and this service as one of its clients.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import type { AuthorityDraft, Issuer } from "@gen/api";
import { useMutation } from "@tanstack/react-query";
import { useLocation } from "wouter";
import { answer, api } from "@/api/client";
import { queries } from "@/app/queries";
import { useAuthorities } from "@/app/reads";
import { useMay } from "@/app/session";
import { Copy } from "@/parts/Copy";
import { Card, Facts, LinkButton } from "@/parts/Page";
import { ProblemBox } from "@/parts/Trouble";
import { save } from "@/screens/certificate/ExportDialog";
import { t } from "@/text";
import { draftOf, entryOf } from "./entry";
import { binds } from "./policies";

export function IssuerClients({ issuer }: { issuer: Issuer }) {
  const trust = `certwright authority trust ${issuer.name}`;
  return (
    <Card title={t("issuer.clients")}>
      <div className="big-copy">
        <span className="unseen">{t("authorities.directory")}</span>
        <code className="grow" data-value>{issuer.directory}</code>
        <Copy text={issuer.directory} name={t("issuer.copyDirectory")} />
      </div>
      <h3>{t("issuer.trust")}</h3>
      <ol className="steps-plain">
        <li>
          {t("issuer.trust.this")} <span className="hash"><code className="break" data-value>{trust}</code><Copy text={trust} /></span>
        </li>
        <li>
          {t("issuer.trust.others")}
          <div className="row">
            <Button variant="secondary" size="sm" onClick={() => save(`${issuer.name}-root.pem`, issuer.root.pem)}>{t("issuer.downloadRoot")}</Button>
            <Copy text={issuer.root.pem} label={t("certificate.copyPem")} />
          </div>
        </li>
        <li>{t("issuer.trust.compare")} <span className="hash"><code className="break" data-value>{grouped(issuer.root.sha256)}</code><Copy text={issuer.root.sha256} /></span></li>
      </ol>
      <Facts facts={[
        [t("issuer.root"), <span className="hash"><code className="break" data-value>{issuer.root_url}</code><Copy text={issuer.root_url} /></span>],
        [t("issuer.crl"), <span className="hash"><code className="break" data-value>{issuer.revocation_list_url}</code><Copy text={issuer.revocation_list_url} /></span>],
      ]} />
      <ThisService issuer={issuer} />
    </Card>
  );
}

/** In pairs with colons, as other programs show fingerprints. */
function grouped(hex: string): string {
  return (hex.toUpperCase().match(/../g) ?? []).join(":");
}

/**
 * Whether an entry with these roots trusts the directory as it is now. The service names what is needed now first; what
 * comes behind is for what its certificate may become.
 */
function trusts(roots: string | null | undefined, now: string | null | undefined): boolean {
  const blocks = (pem: string | null | undefined) => (pem?.match(/-----BEGIN CERTIFICATE-----[^-]+/g) ?? []).map((block) => block.replace(/\s/g, ""));
  const [needed] = blocks(now);
  return !needed || blocks(roots).includes(needed);
}

/** This service as a client: an entry among the authorities that certificates are ordered from. */
function ThisService({ issuer }: { issuer: Issuer }) {
  const administrator = useMay("administrator");
  const [, navigate] = useLocation();
  const authorities = useAuthorities();
  const known = authorities.data?.items.find(({ directory }) => directory === issuer.directory);
  const taken = !known && authorities.data?.items.some(({ id }) => id === issuer.name);
  const { policy } = issuer.settings;
  const draft: AuthorityDraft = {
    title: issuer.title ?? issuer.name,
    directory: issuer.directory,
    directory_tls_roots: issuer.directory_tls_roots,
    issuing_roots: { kind: "pem", pem: issuer.root.pem },
    internal_names: true,
    ip_addresses: policy?.anything || !!policy?.networks?.length,
    external_account_required: binds(issuer.settings),
    // It takes these, and not P-521.
    key_types: ["ecdsa-p256", "ecdsa-p384", "rsa-2048", "rsa-3072", "rsa-4096"],
  };
  const use = useMutation({
    mutationFn: () => {
      // Of an entry that is there, nothing else is changed: somebody may have set its limits.
      const body = known ? { ...draftOf(entryOf(known, false), known.details), directory_tls_roots: issuer.directory_tls_roots } : draft;
      return answer(api.PUT("/api/v1/authorities/{authority}", { params: { path: { authority: issuer.name } }, body }));
    },
    onSuccess: (entry) => {
      void queries.invalidateQueries({ queryKey: ["authorities"] });
      navigate(`/authorities/${entry.id}`);
    },
  });
  const stale = known?.id === issuer.name && !trusts(known.directory_tls_roots, issuer.directory_tls_roots);
  return (
    <>
      <h3>{t("issuer.use")}</h3>
      <p className="soft">{known ? t("issuer.use.done") : t("issuer.use.what")}</p>
      {stale && <p className="offer">{t("issuer.use.stale")}</p>}
      {!!use.error && <ProblemBox error={use.error} />}
      <div className="row">
        {known && <LinkButton to={`/authorities/${known.id}`}>{t("issuer.use.open")}</LinkButton>}
        {administrator && authorities.isSuccess && !taken && (!known || stale) && (
          <Button variant="secondary" onClick={() => use.mutate()} isLoading={use.isPending} isDisabled={use.isPending}>{stale ? t("issuer.use.again") : t("issuer.use.make")}</Button>
        )}
        {taken && <span className="soft">{t("issuer.use.taken", { name: issuer.name })}</span>}
      </div>
    </>
  );
}
