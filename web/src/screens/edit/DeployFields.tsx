// Where it is served: what the service finds, or targets with their forms, drawn from what the service declares of them.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Radio } from "@patternfly/react-core/dist/esm/components/Radio";
import type { TargetKind } from "@gen/api";
import { useId } from "react";
import { useTargetKinds } from "@/app/reads";
import { useMay } from "@/app/session";
import type { Problem } from "@/api/problem";
import { t } from "@/text";
import type { Form, TargetForm } from "./form";
import { DeclaredField } from "./DeclaredField";

export function DeployFields({ form, set, problem, isNew }: {
  form: Form;
  set: (changes: Partial<Form>) => void;
  problem: Problem | undefined;
  isNew: boolean;
}) {
  const name = useId();
  const administrator = useMay("administrator");
  const targets = useTargetKinds();
  const kinds = targets.data?.items ?? [];
  const setAt = (index: number, settings: TargetForm["settings"]) =>
    set({ deployments: form.deployments.map((one, at) => (at === index ? { ...one, settings } : one)) });
  return (
    <fieldset className="fields">
      <legend>{t("edit.deploy")}</legend>
      {isNew && (
        <>
          <Radio id={`${name}-found`} name={name} isChecked={form.deploy === "found"} onChange={() => set({ deploy: "found" })}
            label={t("edit.deploy.found")} description={t("edit.deploy.found.what")} />
          <Radio id={`${name}-these`} name={name} isChecked={form.deploy === "these"} onChange={() => set({ deploy: "these" })}
            label={t("edit.deploy.these")} description={t("edit.deploy.these.what")} />
        </>
      )}
      {form.deploy === "these" && (
        <>
          {form.deployments.map((one, index) => (
            <section key={`${one.target}-${index}`} className="target">
              <header className="row apart">
                <h3 data-value>{kinds.find((kind) => kind.name === one.target)?.title ?? one.target}</h3>
                <Button variant="link" isInline isDanger
                  onClick={() => set({ deployments: form.deployments.filter((_, at) => at !== index) })}>{t("common.remove")}</Button>
              </header>
              <TargetFields kind={kinds.find((kind) => kind.name === one.target)} settings={one.settings} problem={problem}
                place={`deployments[${index}].settings`} change={(settings) => setAt(index, settings)} mayPaths={administrator} />
            </section>
          ))}
          {form.deployments.length === 0 && <p className="soft">{t("edit.deploy.none")}</p>}
          <div className="row">
            {kinds.map((kind) => (
              <Button key={kind.name} variant="secondary" size="sm"
                onClick={() => set({ deployments: [...form.deployments, { target: kind.name, settings: {} }] })}>
                {t("edit.deploy.add")} <span data-value>{kind.title}</span>
              </Button>
            ))}
          </div>
          {problem?.about("deployments") && <p className="tone-bad" data-value>{problem.about("deployments")?.reason}</p>}
        </>
      )}
    </fieldset>
  );
}

/** A target's form. What holds its default is not sent. */
function TargetFields({ kind, settings, change, place, problem, mayPaths }: {
  kind: TargetKind | undefined;
  settings: Record<string, unknown>;
  change: (settings: Record<string, unknown>) => void;
  place: string;
  problem: Problem | undefined;
  mayPaths: boolean;
}) {
  if (!kind) return null;
  if (!kind.fields.length) return <p className="soft">{t("edit.deploy.noFields")}</p>;
  const needsAdministrator = kind.fields.some((field) => field.kind === "path" || field.kind === "command");
  return (
    <div className="target-fields">
      {!mayPaths && needsAdministrator && <p className="soft">{t("edit.deploy.administrator")}</p>}
      {kind.fields.map((field) => (
        <DeclaredField key={field.name} field={field} value={settings[field.name]} wrong={problem?.about(`${place}.${field.name}`)?.reason}
          disabled={!mayPaths && (field.kind === "path" || field.kind === "command")}
          change={(value) => {
            const { [field.name]: _, ...others } = settings;
            change(value === undefined ? others : { ...others, [field.name]: value });
          }} />
      ))}
    </div>
  );
}
