// Each name, how control over it is shown, and what the authority said of it last.
import type { Certificate } from "@gen/api";
import CheckIcon from "@patternfly/react-icons/dist/esm/icons/check-icon";
import ExclamationCircleIcon from "@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon";
import { useState } from "react";
import { useMay } from "@/app/session";
import { Copy } from "@/parts/Copy";
import { TextField } from "@/parts/Field";
import { Card, Facts, LinkButton } from "@/parts/Page";
import { Words } from "@/parts/Words";
import { WayOut } from "@/screens/activity/WayOut";
import { t } from "@/text";

/** From so many names on they can be searched. */
const MANY = 8;

export default function Names({ certificate }: { certificate: Certificate }) {
  const [search, setSearch] = useState("");
  const operator = useMay("operator");
  const failure = certificate.last_failure;
  const problems = new Map((failure?.identifiers ?? []).map((problem) => [problem.identifier, problem]));
  const contained = new Set(certificate.version?.facts?.identifiers ?? []);
  const wanted = search.trim().toLowerCase();
  const all = certificate.identifiers.map((name, index) => ({ name, shown: certificate.identifiers_shown[index] ?? name, first: index === 0 }));
  const rows = all.filter(({ shown, name }) => shown.toLowerCase().includes(wanted) || name.includes(wanted));
  const leaving = [...contained].filter((name) => !certificate.identifiers.includes(name));
  return (
    <div className="grid-main">
      <Card title={t("edit.names.chosen", { number: certificate.identifiers.length })}
        actions={<div className="row">
          <Copy text={certificate.identifiers.join("\n")} label={t("certificate.copyNames")} />
          {operator && <LinkButton to={`/certificates/${certificate.id}/edit`} size="sm">{t("common.edit")}</LinkButton>}
        </div>}>
        {all.length > MANY && <TextField label={t("certificate.findName")} value={search} onChange={setSearch} type="search" />}
        <ul className="names-list">
          {rows.map(({ name, shown, first }) => {
            const problem = problems.get(name);
            return (
              <li key={name}>
                <b className="break" data-value>{shown}</b>
                {shown !== name && <code className="soft" data-value>{name}</code>}
                {first && all.length > 1 && <span className="tag">{t("edit.names.first")}</span>}
                <span className="end">
                  {problem ? <span className="row tone-bad"><ExclamationCircleIcon /> {t("certificate.nameRefused")}</span>
                    : contained.has(name) ? <span className="row tone-good"><CheckIcon /> {t("certificate.nameContained")}</span>
                    : <span className="soft">{t("certificate.nameNotYet")}</span>}
                </span>
                {problem && <p data-value><Words text={problem.detail} /> <code className="soft">{problem.kind}</code></p>}
              </li>
            );
          })}
        </ul>
        {rows.length === 0 && <p className="soft">{t("certificate.noSuchName")}</p>}
        {leaving.length > 0 && <p className="offer">{t("certificate.namesLeaving", { number: leaving.length })} <span data-value>{leaving.join(", ")}</span></p>}
        {failure && problems.size > 0 && operator && <div className="row"><WayOut certificate={certificate} failure={failure} /></div>}
      </Card>
      <Card title={t("certificate.validation")}>
        <Facts facts={[
          [t("certificate.method"), certificate.challenge.type === "http-01" ? t("edit.http") : t("edit.webroot")],
          certificate.challenge.type === "http-01-webroot" && [t("edit.webroot.folder"), <code className="break" data-value>{certificate.challenge.root}</code>],
        ]} />
        <p className="soft">{certificate.challenge.type === "http-01" ? t("edit.http.what") : t("edit.webroot.what")}</p>
        {operator && <div className="row"><LinkButton to="?do=test" size="sm">{t("certificate.testNames")}</LinkButton></div>}
      </Card>
    </div>
  );
}
