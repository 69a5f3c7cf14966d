// What to do about how a certificate is, where no failure says it: its authority issues no more.
import type { Certificate } from "@gen/api";
import { Link } from "wouter";
import { t } from "@/text";

export function Remedy({ certificate }: { certificate: Certificate }) {
  const { health_reason: reason, authority } = certificate;
  if (reason !== "authority-retired" && reason !== "authority-off") return null;
  return (
    <p className="soft">
      <b>{t("failure.next")}</b> {t(`certificate.${reason}`)} <Link href={`/authorities/${authority}`} data-value>{authority}</Link>
    </p>
  );
}
