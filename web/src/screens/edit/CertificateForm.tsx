// The form of a certificate: the usual first, everything else folded, the plan beside it.
import { ExpandableSection } from "@patternfly/react-core/dist/esm/components/ExpandableSection";
import { Radio } from "@patternfly/react-core/dist/esm/components/Radio";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useId, useState } from "react";
import { answer, api } from "@/api/client";
import type { Problem } from "@/api/problem";
import { useAccounts, useAuthorities } from "@/app/reads";
import { useMay } from "@/app/session";
import { Form as FormElement, TextField } from "@/parts/Field";
import { ProblemBox } from "@/parts/Trouble";
import { t } from "@/text";
import { AdvancedFields } from "./AdvancedFields";
import { AuthorityFields } from "./AuthorityFields";
import { DeployFields } from "./DeployFields";
import "./edit.css";
import type { Form } from "./form";
import { NamesField, SiteChoice } from "./NamesField";

/** Fields that are in view without unfolding anything. */
const IN_VIEW = ["identifiers", "challenge", "deployments"];

/** Authorities, accounts and settings, which the choices are made of. */
export function useChoices() {
  const authorities = useAuthorities();
  const accounts = useAccounts();
  const settings = useQuery({ queryKey: ["settings"], queryFn: () => answer(api.GET("/api/v1/settings")) });
  return { authorities: authorities.data?.items, accounts: accounts.data?.items, settings: settings.data, error: authorities.error ?? accounts.error };
}

export function CertificateForm({ form, set, problem, isNew, plan, buttons, submit, choices }: {
  form: Form;
  set: (changes: Partial<Form>) => void;
  /** What the service said of the last try to save. */
  problem: Problem | undefined;
  isNew: boolean;
  plan: ReactNode;
  buttons: ReactNode;
  submit: () => void;
  choices: ReturnType<typeof useChoices>;
}) {
  const id = useId();
  const administrator = useMay("administrator");
  const { authorities = [], accounts = [], settings } = choices;
  const authority = authorities.find((one) => one.id === form.authority);
  const hidden = problem?.refusals.some(({ field }) => !IN_VIEW.some((name) => field.startsWith(name)));
  const [unfolded, setUnfolded] = useState(false);
  const summary = [authority?.title ?? form.authority, form.keyType].filter(Boolean).join(" · ");
  return (
    <div className="edit">
      <FormElement className="edit-form" onSubmit={(event) => { event.preventDefault(); submit(); }}>
        {problem && <ProblemBox error={problem} />}
        <NamesField names={form.identifiers} change={(identifiers) => set({ identifiers })} autoFocus={isNew}
          wrong={problem?.about("identifiers")?.reason} />
        {isNew && form.identifiers.length === 0 && <SiteChoice take={(identifiers) => set({ identifiers })} />}
        <fieldset className="fields">
          <legend>{t("edit.validation")}</legend>
          <Radio id={`${id}-http`} name={`${id}-challenge`} isChecked={form.challenge === "http-01"} label={t("edit.http")}
            description={t("edit.http.what")} onChange={() => set({ challenge: "http-01" })} />
          <Radio id={`${id}-root`} name={`${id}-challenge`} isChecked={form.challenge === "http-01-webroot"} label={t("edit.webroot")}
            description={administrator ? t("edit.webroot.what") : t("edit.deploy.administrator")} isDisabled={!administrator && form.challenge === "http-01"}
            onChange={() => set({ challenge: "http-01-webroot" })} />
          {form.challenge === "http-01-webroot" && (
            <TextField label={t("edit.webroot.folder")} value={form.root} placeholder="/var/www/html" data-value wrong={problem?.about("challenge")?.reason}
              isDisabled={!administrator} onChange={(root) => set({ root })} />
          )}
          {form.identifiers.some((name) => name.startsWith("*.")) && <p className="offer">{t("edit.wildcard")}</p>}
        </fieldset>
        <DeployFields form={form} set={set} problem={problem} isNew={isNew} />
        <ExpandableSection className="edit-more" isExpanded={unfolded || hidden} onToggle={(_, open) => setUnfolded(open)}
          toggleContent={<span>{t("edit.more")} <span className="soft" data-value>{summary}</span></span>}>
          {(unfolded || hidden) && (
            <div className="stack">
              <AuthorityFields form={form} set={set} authorities={authorities} accounts={accounts} problem={problem} />
              <AdvancedFields form={form} set={set} settings={settings} authority={authority} problem={problem} />
            </div>
          )}
        </ExpandableSection>
        <div className="row edit-buttons">{buttons}</div>
      </FormElement>
      <aside className="edit-plan" aria-label={t("edit.plan")}>{plan}</aside>
    </div>
  );
}
