// A new token: what it is for, how far it goes, how long it holds.
import { Checkbox } from "@patternfly/react-core/dist/esm/components/Checkbox";
import type { NewToken, Role, Scope } from "@gen/api";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { answer, api } from "@/api/client";
import { problemOf } from "@/api/problem";
import { queries } from "@/app/queries";
import { Dialog } from "@/parts/Dialog";
import { TextField } from "@/parts/Field";
import { SelectField } from "@/parts/Select";
import { complaint } from "@/parts/Trouble";
import { t, type TextId } from "@/text";

/** What each role holds, the narrowest first. */
const SCOPES: Record<Role, Scope[]> = {
  viewer: ["metrics", "read"],
  operator: ["metrics", "read", "operate"],
  administrator: ["metrics", "read", "operate", "administer", "export-keys"],
};
const DAYS = ["7", "30", "90", "365", ""] as const;

export function TokenDialog({ close, made }: { close: () => void; made: (token: NewToken) => void }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [scopes, setScopes] = useState<Scope[]>(["read"]);
  const [days, setDays] = useState<(typeof DAYS)[number]>("90");
  const make = useMutation({
    mutationFn: () =>
      answer(api.POST("/api/v1/tokens", {
        body: {
          name: name.trim(),
          role,
          scopes: SCOPES[role].filter((scope) => scopes.includes(scope)),
          expires_at: days ? new Date(Date.now() + Number(days) * 86_400_000).toISOString() : undefined,
        },
      })),
    onSuccess: (token) => {
      void queries.invalidateQueries({ queryKey: ["tokens"] });
      made(token);
    },
  });
  const possible = SCOPES[role];
  const problem = make.error ? problemOf(make.error) : undefined;
  const named = problem?.about("name");
  return (
    <Dialog title={t("settings.tokens.add")} yes={t("settings.tokens.make")} doing={{ isPending: make.isPending, error: named ? undefined : problem }} act={() => make.mutate()} close={close}
      disabled={!name.trim() || !possible.some((scope) => scopes.includes(scope))}>
      <TextField label={t("settings.tokens.name")} help={t("settings.tokens.name.help")} wrong={complaint(named)} value={name} onChange={setName} required autoFocus />
      <SelectField<Role> label={t("settings.users.role")} value={role} onChange={setRole} help={t(`settings.role.${role}` as TextId)}
        options={(Object.keys(SCOPES) as Role[]).map((one) => [one, t(`role.${one}` as TextId)] as const)} />
      <fieldset className="fields">
        <legend>{t("settings.tokens.scopes")}</legend>
        {possible.map((scope) => (
          <Checkbox key={scope} id={`scope-${scope}`} label={t(`settings.scope.${scope}` as TextId)} isChecked={scopes.includes(scope)}
            onChange={(_, on) => setScopes(on ? [...scopes, scope] : scopes.filter((one) => one !== scope))} />
        ))}
      </fieldset>
      <SelectField label={t("settings.tokens.lifetime")} value={days} onChange={setDays} help={days ? undefined : <span className="tone-warn">{t("settings.tokens.forever")}</span>}
        options={DAYS.map((one) => [one, one ? t("settings.tokens.days", { days: one }) : t("settings.tokens.never")] as const)} />
    </Dialog>
  );
}
