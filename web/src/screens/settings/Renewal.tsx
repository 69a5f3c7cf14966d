// When certificates are renewed that do not say it themselves, and whether another authority may be asked.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Radio } from "@patternfly/react-core/dist/esm/components/Radio";
import { Switch } from "@patternfly/react-core/dist/esm/components/Switch";
import type { RenewalPolicy, Settings } from "@gen/api";
import { useState } from "react";
import { useMay } from "@/app/session";
import { Form, TextField } from "@/parts/Field";
import { Card, Loaded } from "@/parts/Page";
import { complaint, ProblemBox } from "@/parts/Trouble";
import { readSpan, writeSpan } from "@/screens/edit/spans";
import { t, type TextId } from "@/text";
import { Outdated } from "./Outdated";
import { RenewalExamples } from "./RenewalExamples";
import { type Read, useSaveSettings, useSettings } from "./useSettings";

type Kind = "" | RenewalPolicy["policy"];

/** What is typed. */
interface Draft {
  kind: Kind;
  value: string;
  failover: boolean;
}

const KINDS: [Kind, TextId][] = [["", "edit.renewal.own"], ["share", "edit.renewal.share"], ["before-expiry", "edit.renewal.before"], ["after-renewal", "edit.renewal.after"]];
/** What stands there when one of them is chosen. */
const USUAL: Record<Kind, string> = { "": "", share: "60", "before-expiry": "30d", "after-renewal": "60d" };

export default function Renewal() {
  const settings = useSettings();
  return <Loaded query={settings} lines={6}>{(read) => <Editing read={read} />}</Loaded>;
}

function Editing({ read }: { read: Read }) {
  const administrator = useMay("administrator");
  // Only what was touched: whatever else somebody changes meanwhile is shown as it is.
  const [mine, setMine] = useState<Partial<Draft>>({});
  // While something is typed that is no policy yet, the examples stay those of the last one.
  const [last, setLast] = useState<RenewalPolicy | null>(read.value.renewal ?? null);
  const save = useSaveSettings(() => setMine({}));
  const before = draftOf(read.value);
  const draft = { ...before, ...mine };
  const renewal = policyOf(draft);
  const changed = draft.failover !== before.failover || draft.kind !== before.kind || draft.value.trim() !== before.value;
  const refusal = save.problem?.refusals.find(({ field }) => field.startsWith("renewal"));
  const set = (part: Partial<Draft>) => {
    setMine((now) => ({ ...now, ...part }));
    const next = policyOf({ ...draft, ...part });
    if (next !== undefined) setLast(next);
    if (save.problem || save.isSuccess) save.reset();
  };
  const wrong =
    refusal ? complaint(refusal)
    : renewal === undefined && draft.value.trim() ? (draft.kind === "share" ? t("settings.renewal.noShare") : t("settings.renewal.noSpan"))
    : undefined;
  return (
    <Form onSubmit={(event) => {
      event.preventDefault();
      if (changed && renewal !== undefined) save.mutate({ read, part: { renewal, failover: draft.failover } });
    }}>
      <Card title={t("settings.renewal")}>
        <p className="soft">{t("settings.renewal.what")}</p>
        <div className="renewal">
          <fieldset className="fields tight" disabled={!administrator}>
            <legend>{t("edit.renewal.when")}</legend>
            {KINDS.map(([kind, text]) => (
              <Radio key={kind} id={`renewal-${kind}`} name="renewal" label={t(text)} isChecked={draft.kind === kind} isDisabled={!administrator}
                onChange={() => set(kind === before.kind ? { kind, value: before.value } : { kind, value: USUAL[kind] })} />
            ))}
            {draft.kind && (
              <TextField label={draft.kind === "share" ? t("edit.renewal.percent") : t("edit.span")} value={draft.value} isDisabled={!administrator}
                help={draft.kind === "share" ? undefined : t("edit.span.help")} wrong={wrong} onChange={(value) => set({ value })} />
            )}
          </fieldset>
          <RenewalExamples policy={renewal ?? (draft.kind ? last : null)} />
        </div>
      </Card>
      <Card title={t("settings.failover")}>
        <Switch id="failover" label={t("settings.failover.on")} isChecked={draft.failover} isDisabled={!administrator} onChange={(_, failover) => set({ failover })} />
        <p className="soft">{t("settings.failover.what")}</p>
      </Card>
      <Outdated news={save.news} />
      {save.problem && !refusal && <ProblemBox error={save.problem} />}
      {administrator ? (
        <div className="row">
          {/* It stays where it is and keeps the focus: that it is pressed in vain does no harm. */}
          <Button type="submit" isAriaDisabled={!changed || renewal === undefined || save.isPending} isLoading={save.isPending}>{t("common.save")}</Button>
          {changed && <Button variant="link" onClick={() => { setMine({}); save.reset(); }}>{t("edit.discard")}</Button>}
          <span role="status" className="tone-good">{save.isSuccess && !changed ? t("settings.saved") : ""}</span>
        </div>
      ) : (
        <p className="soft">{t("common.notPermitted", { role: t("role.administrator") })}</p>
      )}
    </Form>
  );
}

function draftOf({ renewal, failover = true }: Settings): Draft {
  const value = !renewal ? "" : renewal.policy === "share" ? String(renewal.percent) : writeSpan(renewal.seconds);
  return { kind: renewal?.policy ?? "", value, failover };
}

/** The policy that is typed; nothing where it is none. */
function policyOf({ kind, value }: Draft): RenewalPolicy | null | undefined {
  if (!kind) return null;
  if (kind === "share") {
    const percent = /^\s*\d{1,2}\s*%?\s*$/.test(value) ? Number.parseInt(value, 10) : 0;
    return percent > 0 ? { policy: kind, percent } : undefined;
  }
  const seconds = readSpan(value);
  return seconds ? { policy: kind, seconds } : undefined;
}
