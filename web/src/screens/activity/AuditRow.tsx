// One change: who, what, on what; opened, every value before and after.
import AngleDownIcon from "@patternfly/react-icons/dist/esm/icons/angle-down-icon";
import AngleRightIcon from "@patternfly/react-icons/dist/esm/icons/angle-right-icon";
import type { AuditLine } from "@gen/api";
import { useState } from "react";
import { Link, useSearchParams } from "wouter";
import { Copy } from "@/parts/Copy";
import { Moment } from "@/parts/Moment";
import { shortId } from "@/parts/Words";
import { t } from "@/text";
import { type Change, changesOf } from "./changes";

export function AuditRow({ line }: { line: AuditLine }) {
  const [open, setOpen] = useState(false);
  const [search] = useSearchParams();
  const changes = changesOf(line);
  const [noun = "", ...rest] = line.object.split(" ");
  const id = rest.join(" ");
  const name = nameOf(line);
  const place = placeOf(noun, id);
  const title = <><b data-value>{name ?? (id ? shortId(id) : noun)}</b></>;
  return (
    <li>
      <div className="audit-head">
        <span className="when soft"><Moment at={line.at} /></span>
        <span className="who"><Link href={narrowed(search, "who", line.who)} data-value>{line.who}</Link></span>
        <span className="did">
          <code data-value>{line.action}</code> {name || id ? <span className="soft" data-value>{noun} </span> : null}
          {place && line.action !== "delete" ? <Link href={place} title={line.object}>{title}</Link> : <span title={line.object}>{title}</span>}
        </span>
        {changes.length > 0 && (
          <button type="button" className="brief" aria-expanded={open} onClick={() => setOpen(!open)}>
            <span className="clip-line" data-value>{open ? "" : changes.slice(0, 4).map(briefly).join(" · ")}</span>
            <span className="soft nowrap">{t("activity.values", { number: changes.length })} {open ? <AngleDownIcon /> : <AngleRightIcon />}</span>
          </button>
        )}
      </div>
      {open && (
        <div className="audit-body">
          <table className="plain">
            <thead><tr><th scope="col">{t("activity.value")}</th><th scope="col">{t("activity.was")}</th><th scope="col">{t("activity.is")}</th></tr></thead>
            <tbody>
              {changes.map(({ path, before, after }) => (
                <tr key={path}>
                  <th scope="row" data-value>{path}</th>
                  <td className="diff-del" data-value>{before ?? <span className="soft">–</span>}</td>
                  <td className="diff-add" data-value>{after ?? <span className="soft">–</span>}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <div className="row soft">
            <Moment at={line.at} kind="exact" /> <code data-value>{line.object}</code> <Link href={narrowed(search, "object", line.object)}>{t("activity.sameObject")}</Link> <Copy text={JSON.stringify(line, null, 2)} label={t("failure.copy")} />
          </div>
        </div>
      )}
    </li>
  );
}

/** The same list with this filter besides. */
function narrowed(search: URLSearchParams, name: string, value: string): string {
  const after = new URLSearchParams(search);
  after.set(name, value);
  after.delete("offset");
  return `/activity/audit?${after}`;
}

function briefly({ path, before, after }: Change): string {
  if (before === undefined) return `${path} ${after}`;
  return after === undefined ? `${path} −` : `${path} ${before} → ${after}`;
}

/** What people call it, where the line says it. */
function nameOf({ before, after }: AuditLine): string | undefined {
  const name = (after ?? before)?.name;
  return typeof name === "string" && name ? name : undefined;
}

/** Where one can look at it. */
function placeOf(noun: string, id: string): string | undefined {
  switch (noun) {
    case "certificate":
      return `/certificates/${id}`;
    case "authority":
      return `/authorities/${id}`;
    case "run":
      return `/activity/runs/${id}`;
    default:
      return undefined;
  }
}
