// A fault of a screen takes only that screen down, says what it was, and offers the way out.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Component, type ReactNode } from "react";
import { currentConnection } from "@/api/live";
import { Copy } from "@/parts/Copy";
import { Empty } from "@/parts/Page";
import { t } from "@/text";

export class ErrorBoundary extends Component<{ children: ReactNode }, { error?: Error }> {
  override state: { error?: Error } = {};

  static getDerivedStateFromError(error: unknown) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    // A screen that cannot be loaded: the service is gone, or was replaced by another version meanwhile.
    const stale = /dynamically imported module|module script|Unable to preload/i.test(error.message);
    if (stale && currentConnection() === "lost") return <Unreachable />;
    return (
      <Empty
        page
        title={stale ? t("app.stale") : t("app.fault")}
        actions={
          <>
            <Button onClick={() => location.reload()}>{t("app.reload")}</Button>
            <Copy text={`${error.message}\n${error.stack ?? ""}`} label={t("app.copyFault")} />
          </>
        }
      >
        <code data-value>{error.message}</code>
      </Empty>
    );
  }
}

/** The screen was never loaded, and nobody answers who could give it. */
function Unreachable() {
  return (
    <Empty page title={t("problem.unreachable")} actions={<Button onClick={() => location.reload()}>{t("app.reload")}</Button>}>
      {t("problem.unreachable.remedy")}
    </Empty>
  );
}
