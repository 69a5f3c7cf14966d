// Somebody else has changed meanwhile what is being edited: that is said, and the newer state can be taken with what was typed on
// top of it.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { t } from "@/text";

export function Newer({ take }: { take: () => Promise<void> }) {
  return (
    <div className="trouble warn" role="alert">
      <h2>{t("edit.outdated")}</h2>
      <p>{t("edit.outdated.why")}</p>
      <div className="row"><Button variant="secondary" size="sm" onClick={() => void take()}>{t("edit.outdated.take")}</Button></div>
    </div>
  );
}
