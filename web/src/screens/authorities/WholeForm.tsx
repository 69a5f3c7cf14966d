// The whole form of an authority of one's own, the same for a new one and for a change.
import { ExpandableSection } from "@patternfly/react-core/dist/esm/components/ExpandableSection";
import { useState } from "react";
import type { Problem } from "@/api/problem";
import { useAuthorities } from "@/app/reads";
import { TextField } from "@/parts/Field";
import { Card } from "@/parts/Page";
import { t } from "@/text";
import { AbilityFields, AccountNeeds, TrustFields } from "./AuthorityFields";
import type { Entry } from "./entry";
import { LimitFields, LinkFields, PaceFields } from "./LimitFields";

export function WholeForm({ entry, set, problem, isNew, taken, parts }: {
  entry: Entry;
  set: (changes: Partial<Entry>) => void;
  problem: Problem | undefined;
  isNew: boolean;
  /** There is another entry of this short name. */
  taken?: boolean;
  /** What of the directory's address is to be filled in. */
  parts?: readonly string[];
}) {
  const authorities = useAuthorities();
  const [unfolded, setUnfolded] = useState(false);
  const wrong = (field: string) => problem?.about(field)?.reason;
  const fields = { entry, set, wrong };
  return (
    <>
      <div className="grid-2">
        <div className="stack">
          <Card title={t("authorities.what")}>
            <div className="pair">
              <TextField label={t("authorities.title")} value={entry.title} onChange={(title) => set({ title })} required wrong={wrong("title")} autoFocus={isNew} />
              <TextField label={t("authorities.id")} help={isNew ? t("authorities.id.help") : undefined} value={entry.id} onChange={(text) => set({ id: text })} isDisabled={!isNew} required
                wrong={taken ? t("authorities.id.taken") : wrong("id")} spellCheck={false} />
            </div>
            <TextField label={t("authorities.directory")} type="url" data-value placeholder="https://ca.example.com/acme/directory" value={entry.directory} onChange={(directory) => set({ directory })} required
              wrong={wrong("directory")} help={parts?.length ? t("authorities.parts", { parts: parts.map((part) => `{${part}}`).join(", ") }) : undefined} spellCheck={false} />
            <TextField label={t("edit.describe")} value={entry.description} onChange={(description) => set({ description })} wrong={wrong("details.description")} />
          </Card>
          <Card title={t("authorities.trust")}><TrustFields {...fields} /></Card>
        </div>
        <div className="stack">
          <Card title={t("authorities.can")}><AbilityFields {...fields} others={(authorities.data?.items ?? []).filter((one) => one.id !== entry.id && !one.staging)} /></Card>
          <Card title={t("authorities.accountsHere")}><AccountNeeds {...fields} /></Card>
        </div>
      </div>
      <Card>
        <ExpandableSection toggleText={t("authorities.more")} isExpanded={unfolded || !!problem?.refusals.some(({ field }) => field.startsWith("details."))} onToggle={(_, open) => setUnfolded(open)}>
          <div className="stack">
            <LinkFields {...fields} />
            <LimitFields {...fields} />
            <PaceFields {...fields} />
          </div>
        </ExpandableSection>
      </Card>
    </>
  );
}
