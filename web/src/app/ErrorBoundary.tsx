// A fault of a screen takes only that screen down, says what it was, and offers the way out.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Component, type ReactNode } from "react";
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
    // A screen that cannot be loaded: the service was replaced by another version meanwhile.
    const stale = /dynamically imported module|module script/i.test(error.message);
    return (
      <Empty
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
