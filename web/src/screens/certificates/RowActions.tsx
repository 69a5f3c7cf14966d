// What can be done with one certificate of the list, by a menu that exists only while it is open.
import type { Certificate } from "@gen/api";
import { lazy, Suspense, useState } from "react";
import { useMay } from "@/app/session";
import { t } from "@/text";
import type { Act } from "./bulk/acts";

const Menu = lazy(() => import("./RowMenu"));

export function RowActions({ certificate, choose }: { certificate: Certificate; choose: (act: Act, certificate: Certificate) => void }) {
  // Whose menu is open: the row may have become another certificate's.
  const [open, setOpen] = useState<string>();
  if (!useMay("operator")) return null;
  const button = (
    <button type="button" className="row-menu" data-value aria-label={t("certificates.actionsOf", { name: certificate.name })} aria-haspopup="menu"
      aria-expanded={open === certificate.id} onClick={() => setOpen(certificate.id)}>
      ⋮
    </button>
  );
  if (open !== certificate.id) return button;
  return (
    <Suspense fallback={button}>
      <Menu certificate={certificate} close={() => setOpen(undefined)} choose={(act) => choose(act, certificate)} />
    </Suspense>
  );
}
