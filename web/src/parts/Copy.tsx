// A button that puts text on the clipboard and says so.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import CopyIcon from "@patternfly/react-icons/dist/esm/icons/copy-icon";
import { type ReactNode, useEffect, useState } from "react";
import { t } from "@/text";

/** Copies the text. Without a label the button is an icon with a name for those who cannot see it. */
export function Copy({ text, label, name, icon }: { text: string; label?: string; name?: string; icon?: ReactNode }) {
  const [state, setState] = useState<"" | "done" | "failed">("");
  useEffect(() => {
    if (!state) return;
    const timer = setTimeout(() => setState(""), 2_000);
    return () => clearTimeout(timer);
  }, [state]);
  // The clipboard is there for secure pages alone; loopback is one.
  const copy = () =>
    navigator.clipboard?.writeText(text).then(() => setState("done"), () => setState("failed")) ?? setState("failed");
  const said = state === "done" ? t("common.copied") : state === "failed" ? t("common.notCopied") : label;
  return (
    <>
      <Button variant={label ? "link" : "plain"} isInline={!!label} size="sm" icon={icon ?? <CopyIcon />} onClick={copy}
        aria-label={label ? undefined : (name ?? t("common.copy"))} title={name ?? t("common.copy")}>
        {said}
      </Button>
      <span role="status" className="unseen">{state ? said : ""}</span>
    </>
  );
}
