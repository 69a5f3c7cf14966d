// Pause, resume, tag, delete: the service is asked in parts, and what it refused is shown with the reason.
import type { BulkAction, BulkRefusal } from "@gen/api";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { answer, api } from "@/api/client";
import { queries } from "@/app/queries";
import { Dialog } from "@/parts/Dialog";
import { TextField } from "@/parts/Field";
import { t } from "@/text";
import { type Act, ACT_WORDS, parts } from "./acts";
import type { BulkProps } from "./Dialogs";

type Change = Exclude<Act, "renew" | "test">;

export function ChangeDialog({ act, ids, number, name, close, done, plan }: BulkProps & {
  act: Change;
  /** What it does line by line, instead of in a sentence. */
  plan?: ReactNode;
}) {
  const [add, setAdd] = useState("");
  const [remove, setRemove] = useState("");
  const [typed, setTyped] = useState("");
  const [came, setCame] = useState(0);
  const change = useMutation({
    mutationFn: async () => {
      const all = await ids();
      const refused: BulkRefusal[] = [];
      let changed = 0;
      for (const certificates of parts(all)) {
        const said = await answer(api.POST("/api/v1/certificates/bulk", { body: { certificates, action: action(act, words(add), words(remove)) } }));
        changed += said.done;
        refused.push(...said.refused);
        setCame(changed);
      }
      return { changed, refused };
    },
    onSettled: () => {
      for (const noun of ["certificates", "certificate", "service", "timeline"]) void queries.invalidateQueries({ queryKey: [noun] });
    },
    onSuccess: ({ refused }) => {
      if (refused.length) return;
      done();
      close();
    },
  });
  const refused = change.data?.refused ?? [];
  // Many are not deleted by a slip.
  const mustType = act === "delete" && number > 1;
  const missing = (act === "tag" && !words(add).length && !words(remove).length) || (mustType && typed.trim() !== String(number));
  return (
    <Dialog title={name ? t("bulk.title.one", { act: t(ACT_WORDS[act]), name }) : t("bulk.title.many", { act: t(ACT_WORDS[act]), number })}
      yes={t(ACT_WORDS[act])} danger={act === "delete"} doing={change} act={() => change.mutate()} close={close} disabled={missing || refused.length > 0}>
      {plan ?? <p>{t(`bulk.${act}.what`, { number })}</p>}
      {act === "tag" && (
        <>
          <TextField label={t("bulk.tag.add")} help={t("bulk.tag.help")} value={add} onChange={setAdd} autoFocus />
          <TextField label={t("bulk.tag.remove")} value={remove} onChange={setRemove} />
        </>
      )}
      {mustType && <TextField label={t("bulk.delete.type", { number })} value={typed} onChange={setTyped} inputMode="numeric" autoComplete="off" />}
      {change.isPending && number > 200 && <p role="status">{t("bulk.progress", { came, number })}</p>}
      {refused.length > 0 && (
        <section className="trouble warn" role="alert">
          <h3>{t("bulk.refused", { number: refused.length, done: change.data?.changed ?? 0 })}</h3>
          <ul className="refusals">
            {refused.slice(0, 100).map((one) => (
              <li key={one.certificate} data-value><b>{one.name || one.certificate}</b> {one.reason}</li>
            ))}
          </ul>
        </section>
      )}
    </Dialog>
  );
}

function action(act: Change, add: string[], remove: string[]): BulkAction {
  return act === "tag" ? { kind: "tag", add, remove } : { kind: act };
}

function words(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter(Boolean))];
}
