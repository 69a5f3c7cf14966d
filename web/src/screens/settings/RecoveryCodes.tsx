// Codes for the day the authenticator is lost. They are shown this once, until somebody says that they are stored.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import DownloadIcon from "@patternfly/react-icons/dist/esm/icons/download-icon";
import { useEffect, useRef } from "react";
import { useUser } from "@/app/session";
import { Copy } from "@/parts/Copy";
import { t } from "@/text";

export function RecoveryCodes({ codes, done }: { codes: readonly string[]; done: () => void }) {
  const user = useUser();
  const box = useRef<HTMLElement>(null);
  // The form that had the focus is gone: it goes to what took its place.
  useEffect(() => box.current?.focus(), []);
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, []);
  const text = `${t("settings.totp.codes.file", { name: user.name, host: location.host })}\n\n${codes.join("\n")}\n`;
  return (
    <section className="trouble wait" ref={box} tabIndex={-1} aria-label={t("settings.totp.codes")}>
      <h3>{t("settings.totp.codes")}</h3>
      <p>{t("settings.totp.codes.what")}</p>
      <ul className="codes" data-value>
        {codes.map((code) => <li key={code}><code>{code}</code></li>)}
      </ul>
      <div className="row">
        <Copy text={codes.join("\n")} label={t("settings.totp.codes.copy")} />
        <Button variant="link" isInline component="a" icon={<DownloadIcon />} href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`}
          download="certwright-recovery-codes.txt">{t("settings.totp.codes.save")}</Button>
        <Button className="end" variant="secondary" size="sm" onClick={done}>{t("settings.totp.codes.stored")}</Button>
      </div>
    </section>
  );
}
