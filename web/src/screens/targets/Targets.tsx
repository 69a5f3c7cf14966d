// Where certificates are served on this machine: sites that were found, which certificate deploys where, the kinds there are.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import SyncAltIcon from "@patternfly/react-icons/dist/esm/icons/sync-alt-icon";
import type { TargetKind } from "@gen/api";
import { useState } from "react";
import { useCounts, useSites, useTargetKinds } from "@/app/reads";
import { Card, Empty, Loaded, PageHead } from "@/parts/Page";
import { t, type TextId } from "@/text";
import { Deployed } from "./Deployed";
import { Sites } from "./Sites";
import "./targets.css";

/** What each kind does; of one that is newer than these pages its title is all there is. */
const DOES: Record<string, TextId> = {
  files: "targets.kind.files",
  nginx: "targets.kind.nginx",
  "this-service": "targets.kind.this-service",
};

export default function Targets() {
  const sites = useSites();
  const kinds = useTargetKinds();
  const summary = useCounts();
  const title = (name: string) => kinds.data?.items.find((kind) => kind.name === name)?.title ?? name;
  const used = summary.data?.targets ?? [];
  return (
    <>
      <PageHead title={t("nav.targets")} lead={t("targets.lead")}
        actions={<Button variant="secondary" icon={<SyncAltIcon />} onClick={() => void sites.refetch()} isDisabled={sites.isFetching} isLoading={sites.isFetching}>{t("certificate.planAgain")}</Button>} />
      <Loaded query={sites} lines={6}>
        {({ items }) => items.length === 0 ? (
          <Card><Empty title={t("first.noSites")}>{t("targets.none.why")}</Empty></Card>
        ) : (
          <>{items.map((found) => <Sites key={found.target} found={found} title={title(found.target)} />)}</>
        )}
      </Loaded>
      {used.map(({ word, number }) => <Deployed key={word} target={word} title={title(word)} number={number} />)}
      <Card title={t("targets.kinds")} flush>
        <p className="soft padded">{t("targets.kinds.what")}</p>
        <Loaded query={kinds} lines={3}>
          {({ items }) => <ul className="kinds">{items.map((kind) => <Kind key={kind.name} kind={kind} />)}</ul>}
        </Loaded>
      </Card>
    </>
  );
}

/** A kind of target with the form that it declares. */
function Kind({ kind }: { kind: TargetKind }) {
  const [open, setOpen] = useState(false);
  const does = DOES[kind.name];
  return (
    <li>
      <div className="row">
        <b data-value>{kind.title}</b> <code className="soft" data-value>{kind.name}</code>
        <span className="end">
          {kind.fields.length === 0
            ? <span className="soft">{t("edit.deploy.noFields")}</span>
            : <Button variant="link" isInline aria-expanded={open} onClick={() => setOpen(!open)}>{t("targets.fields", { number: kind.fields.length })}</Button>}
        </span>
      </div>
      {does && <div className="soft">{t(does)}</div>}
      {open && (
        <table className="plain settings-of-kind">
          <thead><tr><th>{t("targets.field")}</th><th>{t("targets.field.what")}</th><th>{t("common.default")}</th></tr></thead>
          <tbody>
            {kind.fields.map((field) => (
              <tr key={field.name} data-value>
                <td><code>{field.name}</code></td>
                <td>{field.label}{!!field.choices?.length && <span className="soft"> ({field.choices.join(", ")})</span>}</td>
                <td><code>{field.default}</code></td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </li>
  );
}
