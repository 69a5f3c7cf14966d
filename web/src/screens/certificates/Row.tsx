// One certificate of the list. Its elements are used again for another certificate when it leaves the view.
import type { Certificate } from "@gen/api";
import { memo, useLayoutEffect, useRef } from "react";
import { Link } from "wouter";
import { Expiry } from "@/parts/Expiry";
import { HealthBadge } from "@/parts/Health";
import { Moment } from "@/parts/Moment";
import { sentence } from "@/parts/Trouble";
import { t } from "@/text";
import type { Act } from "./bulk/acts";
import type { Column } from "./filters";
import { RowActions } from "./RowActions";

interface Props {
  index: number;
  /** Where it stands, in pixels. */
  top: number;
  /** Absent while its page is on its way. */
  certificate: Certificate | undefined;
  columns: readonly Column[];
  selectable: boolean;
  checked: boolean;
  toggle: (certificate: Certificate) => void;
  choose: (act: Act, certificate: Certificate) => void;
}

export const Row = memo(function Row({ index, top, certificate, columns, selectable, checked, toggle, choose }: Props) {
  const style = { transform: `translateY(${top}px)` };
  const row = useRef<HTMLDivElement>(null);
  const id = certificate?.id;
  useLayoutEffect(() => {
    // The focus stays with no other certificate than the one that had it: Enter would act on a stranger.
    const focused = document.activeElement;
    if (focused instanceof HTMLElement && row.current?.contains(focused)) focused.blur();
  }, [index, id]);
  if (!certificate) {
    return (
      <div ref={row} role="row" className="cert-row waiting" aria-rowindex={index + 2} style={style}>
        <span role="cell"><i /></span>
      </div>
    );
  }
  const trouble = certificate.last_failure?.answer ?? (certificate.health === "healthy" ? "" : certificate.health_words);
  const more = certificate.identifiers.length - 1;
  return (
    <div ref={row} role="row" className={`cert-row ${checked ? "checked" : ""}`} aria-rowindex={index + 2} data-row={index} style={style}>
      {selectable && (
        <span role="cell" className="cell-check">
          <input type="checkbox" checked={checked} onChange={() => toggle(certificate)} aria-label={t("certificates.select", { name: certificate.name })} />
        </span>
      )}
      <span role="cell" className="cell-health"><HealthBadge health={certificate.health} /></span>
      <span role="cell" className="cell-name">
        <span className="name-line">
          <Link href={`/certificates/${certificate.id}`} className="strong" data-value>{certificate.name}</Link>
          {more > 0 && <span className="soft" title={certificate.identifiers_shown.slice(0, 20).join("\n")} data-value>+{more}</span>}
          {certificate.staging && <span className="tag">{t("certificates.staging")}</span>}
          {certificate.live_run && (
            <Link href={`/activity/runs/${certificate.live_run}`} className="running">{t("certificates.running")}</Link>
          )}
        </span>
        {trouble && <span className="trouble-line" title={trouble} data-value>{sentence(trouble)}</span>}
      </span>
      {columns.map((column) => (
        <span key={column} role="cell" className={`cell-${column}`}>{cell(column, certificate)}</span>
      ))}
      <span role="cell" className="cell-actions"><RowActions certificate={certificate} choose={choose} /></span>
    </div>
  );
});

function cell(column: Column, certificate: Certificate) {
  switch (column) {
    case "expires":
      return <Expiry certificate={certificate} />;
    case "authority":
      return <span data-value>{certificate.authority}</span>;
    case "target": {
      const targets = [...new Set(certificate.deployments.map(({ target }) => target))];
      if (!targets.length) return <span className="soft">{t("certificates.nowhere")}</span>;
      const behind = certificate.deployments.some(({ wanted, deployed }) => wanted && wanted !== deployed);
      return (
        <>
          <span data-value>{targets.join(", ")}</span>
          {behind && <span className="tone-warn block">{t("certificates.servesOld")}</span>}
        </>
      );
    }
    case "next":
      return certificate.paused ? <span className="soft">{t("health.paused")}</span>
        : certificate.next_at ? <span title={certificate.next_why ?? undefined}><Moment at={certificate.next_at} /></span>
        : <span className="soft">{t("common.none")}</span>;
    case "tags":
      return (
        <span className="tags">
          {certificate.tags.slice(0, 3).map((tag) => <span key={tag} className="tag" data-value>{tag}</span>)}
          {certificate.tags.length > 3 && <span className="soft" data-value>+{certificate.tags.length - 3}</span>}
        </span>
      );
  }
}
