// The kit says "Close" in English alone and takes no other word: this says it in the language that is spoken.
import { useEffect, useRef } from "react";
import { t } from "@/text";

/** Stands anywhere inside of a modal that has a button to close it. */
export function CloseWord() {
  const mark = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    mark.current?.closest(".pf-v6-c-modal-box")?.querySelector(".pf-v6-c-modal-box__close button")?.setAttribute("aria-label", t("common.close"));
  }, []);
  return <span hidden ref={mark} />;
}
