// What one may do after a failure, as buttons: leave out the names that were refused, look at it, change it, try again.
import type { Certificate, Failure } from "@gen/api";
import { LinkButton } from "@/parts/Page";
import { t } from "@/text";

/** More names than this are counted instead of named. */
const NAMED = 2;

export function WayOut({ certificate, failure, first }: {
  certificate: Pick<Certificate, "id" | "identifiers">;
  failure: Failure;
  /** The button before the others, such as trying again. */
  first?: React.ReactNode;
}) {
  const to = `/certificates/${certificate.id}`;
  const refused = (failure.identifiers ?? []).map(({ identifier }) => identifier).filter((name) => certificate.identifiers.includes(name));
  const others = certificate.identifiers.length - refused.length;
  return (
    <>
      {first}
      {refused.length > 0 && others > 0 && (
        <LinkButton to={`${to}/edit?without=${encodeURIComponent(refused.join(","))}`} variant="secondary" size="sm">
          {refused.length <= NAMED ? t("run.without", { names: refused.join(", ") }) : t("run.withoutMany", { number: refused.length })}
        </LinkButton>
      )}
      <LinkButton to={`${to}?do=test`} variant="link" size="sm">{t("bulk.test")}</LinkButton>
      <LinkButton to={`${to}/edit`} variant="link" size="sm">{t("common.edit")}</LinkButton>
      <LinkButton to={`${to}/log`} variant="link" size="sm">{t("run.log")}</LinkButton>
    </>
  );
}
