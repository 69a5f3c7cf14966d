// What can be done with one certificate of the list, by a menu that exists only while it is open.
import type { Certificate } from "@gen/api";
import { lazy, Suspense, useState } from "react";
import { useMay } from "@/app/session";
import { t } from "@/text";
import type { Act } from "./bulk/acts";

const Menu = lazy(() => import("./RowMenu"));
const Dialogs = lazy(() => import("./bulk/Dialogs"));

export function RowActions({ certificate }: { certificate: Certificate }) {
  const [open, setOpen] = useState(false);
  const [act, setAct] = useState<Act>();
  if (!useMay("operator")) return null;
  const button = (
    <button type="button" className="row-menu" data-value aria-label={t("certificates.actionsOf", { name: certificate.name })} aria-haspopup="menu"
      aria-expanded={open} onClick={() => setOpen(true)}>
      ⋮
    </button>
  );
  return (
    <>
      {open ? (
        <Suspense fallback={button}>
          <Menu certificate={certificate} close={() => setOpen(false)} choose={setAct} />
        </Suspense>
      ) : button}
      {act && (
        <Suspense fallback={null}>
          <Dialogs act={act} ids={() => Promise.resolve([certificate.id])} number={1} name={certificate.name} close={() => setAct(undefined)} done={() => undefined} />
        </Suspense>
      )}
    </>
  );
}
