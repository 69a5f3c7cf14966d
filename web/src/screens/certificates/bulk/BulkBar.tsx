// What is chosen and what can be done with it.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { lazy, Suspense, useState } from "react";
import { t } from "@/text";
import type { Filter } from "../filters";
import { idsOf, type Selection } from "../selection";
import { type Act, ACT_WORDS, MOST } from "./acts";

const Dialogs = lazy(() => import("./Dialogs"));
const ACTS: Act[] = ["renew", "test", "pause", "resume", "tag", "delete"];

export function BulkBar({ selection, filter, total }: { selection: Selection; filter: Filter; total: number }) {
  const [act, setAct] = useState<Act>();
  const number = selection.all ? total : selection.chosen.size;
  return (
    <>
      {number > 0 && (
        <div className="bulk-bar" role="region" aria-label={t("bulk.title")}>
          <span className="strong" role="status">{t("bulk.chosen", { number })}</span>
          {!selection.all && total > number && (
            <Button variant="link" isInline onClick={selection.chooseAll}>{t("bulk.all", { number: total })}</Button>
          )}
          <span className="row">
            {ACTS.map((one) => (
              <Button key={one} variant={one === "delete" ? "secondary" : one === "renew" ? "primary" : "secondary"} isDanger={one === "delete"} size="sm"
                onClick={() => setAct(one)}>
                {t(ACT_WORDS[one])}
              </Button>
            ))}
          </span>
          <Button variant="link" isInline className="end" onClick={selection.clear}>{t("bulk.clear")}</Button>
        </div>
      )}
      {act && (
        <Suspense fallback={null}>
          <Dialogs act={act} ids={() => idsOf(selection, filter, MOST)} number={number}
            name={number === 1 ? [...selection.chosen.values()][0] : undefined}
            close={() => setAct(undefined)} done={selection.clear} />
        </Suspense>
      )}
    </>
  );
}
