// The chain from the certificate to its root, drawn link by link; each opens to what it says of itself.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import AngleDownIcon from "@patternfly/react-icons/dist/esm/icons/angle-down-icon";
import AngleRightIcon from "@patternfly/react-icons/dist/esm/icons/angle-right-icon";
import CertificateIcon from "@patternfly/react-icons/dist/esm/icons/certificate-icon";
import DownloadIcon from "@patternfly/react-icons/dist/esm/icons/download-icon";
import LandmarkIcon from "@patternfly/react-icons/dist/esm/icons/university-icon";
import ShieldIcon from "@patternfly/react-icons/dist/esm/icons/shield-alt-icon";
import type { Certificate, ChainLink, Trust } from "@gen/api";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { answer, api } from "@/api/client";
import { useMay } from "@/app/session";
import { Copy } from "@/parts/Copy";
import { Moment } from "@/parts/Moment";
import { Card, Facts, LinkButton, Loaded } from "@/parts/Page";
import { t } from "@/text";
import { fileName, save } from "./save";

export function Chain({ certificate }: { certificate: Certificate }) {
  const operator = useMay("operator");
  const version = certificate.version;
  const chain = useQuery({
    queryKey: ["certificate", certificate.id, "chain", version?.id],
    queryFn: () => answer(api.GET("/api/v1/certificates/{certificate}/chain", { params: { path: { certificate: certificate.id } } })),
    enabled: !!version,
    staleTime: Infinity,
  });
  if (!version) return null;
  const links = chain.data?.items ?? [];
  return (
    <Card title={t("certificate.chain")}
      actions={
        <div className="row">
          {links.length > 0 && (
            <Button variant="link" size="sm" icon={<DownloadIcon />} onClick={() => save(`${fileName(certificate.name)}-fullchain.pem`, links.map(({ pem }) => pem.trimEnd()).join("\n") + "\n")}>
              {t("certificate.downloadChain")}
            </Button>
          )}
          {operator && <LinkButton to="?do=export" variant="link" size="sm">{t("certificate.export")}</LinkButton>}
        </div>
      }>
      <Loaded query={chain} lines={4}>
        {({ items }) => (
          <ol className="chain">
            {items.map((link, index) => <Link key={link.facts.fingerprint} link={link} first={index === 0} />)}
            <Root trust={version.trust} />
          </ol>
        )}
      </Loaded>
    </Card>
  );
}

/** Where it ends: the root is in the reader's store and not in the chain. */
function Root({ trust }: { trust: Trust | null | undefined }) {
  const verdict = trust?.verdict;
  const tone = verdict === "trusted" ? "good" : verdict === "untrusted" ? "bad" : "calm";
  return (
    <li>
      <span className={`knot tone-${tone}`} aria-hidden><ShieldIcon /></span>
      <div className="link-end">
        <span className={`tone-${tone} strong`}>
          {t(verdict === "trusted" ? "certificate.trusted" : verdict === "untrusted" ? "certificate.untrusted" : "certificate.trustUnknown")}
        </span>{" "}
        <span className="break" data-value>{trust?.words}</span>
      </div>
    </li>
  );
}

function Link({ link, first }: { link: ChainLink; first: boolean }) {
  const [open, setOpen] = useState(false);
  const { facts } = link;
  const name = facts.common_name ?? facts.subject;
  const ended = Date.parse(facts.not_after) < Date.now();
  return (
    <li>
      <span className="knot" aria-hidden>{first ? <CertificateIcon /> : <LandmarkIcon />}</span>
      <div>
        <button type="button" className="link-head" aria-expanded={open} onClick={() => setOpen(!open)}>
          <b className="break" data-value>{first ? facts.identifiers[0] ?? name : name}</b>
          <span className="soft" data-value>{facts.key_algorithm}</span>
          <span className={`end ${ended ? "tone-bad" : "soft"}`}>{t("certificate.until")} <Moment at={facts.not_after} kind="date" /></span>
          <span className="soft" aria-hidden>{open ? <AngleDownIcon /> : <AngleRightIcon />}</span>
        </button>
        {open && (
          <div className="stack link-body">
            <Facts facts={[
              [t("certificate.subject"), <span data-value>{facts.subject || "–"}</span>],
              [t("certificate.issuer"), <span data-value>{facts.issuer}</span>],
              [t("certificate.valid"), <><Moment at={facts.not_before} kind="exact" /> – <Moment at={facts.not_after} kind="exact" /></>],
              [t("certificate.serial"), <Hash text={facts.serial} />],
              [t("certificate.fingerprint"), <Hash text={facts.fingerprint} />],
              [t("certificate.keyFingerprint"), <Hash text={facts.key_fingerprint} />],
              first && [t("certificate.names"), <span className="break" data-value>{facts.identifiers.join(", ")}</span>],
            ]} />
            <div className="row">
              <Button variant="link" size="sm" icon={<DownloadIcon />} onClick={() => save(`${fileName(name)}.pem`, link.pem)}>{t("certificate.download")}</Button>
              <Copy text={link.pem} label={t("certificate.copyPem")} />
            </div>
          </div>
        )}
      </div>
    </li>
  );
}

export function Hash({ text }: { text: string }) {
  return <span className="hash"><code className="break" data-value>{text}</code><Copy text={text} /></span>;
}
