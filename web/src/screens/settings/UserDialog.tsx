// What is done to a user: added, changed, given another password or a one-time link, freed of the second factor, deleted.
import { Checkbox } from "@patternfly/react-core/dist/esm/components/Checkbox";
import type { Role, User } from "@gen/api";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { answer, api } from "@/api/client";
import { problemOf } from "@/api/problem";
import { queries } from "@/app/queries";
import { Copy } from "@/parts/Copy";
import { Dialog } from "@/parts/Dialog";
import { TextField } from "@/parts/Field";
import { Moment } from "@/parts/Moment";
import { LEAST, Password } from "@/parts/Password";
import { SelectField } from "@/parts/Select";
import { complaint } from "@/parts/Trouble";
import { t, type TextId } from "@/text";
import { Outdated } from "./Outdated";
import { newerOf } from "./useSettings";

export type UserAct = "add" | "edit" | "password" | "link" | "totp" | "delete";

const ROLES: Role[] = ["viewer", "operator", "administrator"];

export function UserDialog({ act, user: seen, close }: { act: UserAct; user: User | undefined; close: () => void }) {
  // As it is known now: when somebody else was quicker, what is typed here is put on top of the newer state.
  const [user, setUser] = useState(seen);
  const [news, setNews] = useState<string[]>();
  // Only what was touched is sent: the rest stays as whoever else made it.
  const [mine, setMine] = useState<{ name?: string; role?: Role; disabled?: boolean }>({});
  const set = (part: typeof mine) => setMine((now) => ({ ...now, ...part }));
  const { name, role, disabled } = { name: user?.name ?? "", role: user?.role ?? ("viewer" as Role), disabled: user?.disabled ?? false, ...mine };
  const [password, setPassword] = useState("");
  const path = { user: user?.id ?? "" };
  const doing = useMutation({
    mutationFn: async () => {
      const header = { "If-Match": user ? `"${user.revision}"` : "" };
      switch (act) {
        case "add":
          await answer(api.POST("/api/v1/users", { body: { name: name.trim(), password, role } }));
          return;
        case "edit":
          await answer(api.PATCH("/api/v1/users/{user}", { params: { path, header }, body: { name: mine.name?.trim() ?? null, role: mine.role ?? null, disabled: mine.disabled ?? null } }));
          return;
        case "password":
          await answer(api.PUT("/api/v1/users/{user}/password", { params: { path }, body: { password } }));
          return;
        case "link":
          return answer(api.POST("/api/v1/links", { body: { user: user?.id ?? null } }));
        case "totp":
          await answer(api.DELETE("/api/v1/users/{user}/totp", { params: { path } }));
          return;
        case "delete":
          await answer(api.DELETE("/api/v1/users/{user}", { params: { path, header } }));
      }
    },
    onSuccess: (made) => {
      void queries.invalidateQueries({ queryKey: ["users"] });
      // One's own name and role stand in the frame.
      void queries.invalidateQueries({ queryKey: ["session"] });
      if (!made) close();
    },
    onError: (error) => {
      const newer = newerOf<User>(error);
      setNews(newer && user && differences(user, newer));
      if (newer) setUser(newer);
    },
  });
  const problem = doing.error && !news ? problemOf(doing.error) : undefined;
  const wrong = (field: string) => {
    return complaint(problem?.about(field));
  };
  const words: Record<UserAct, [title: string, yes: string]> = {
    add: [t("settings.users.add"), t("common.add")],
    edit: [t("settings.users.edit", { name: seen?.name ?? "" }), t("common.save")],
    password: [t("settings.users.passwordOf", { name }), t("common.save")],
    link: [t("settings.users.linkFor", { name }), doing.data ? t("common.close") : t("settings.users.makeLink")],
    totp: [t("settings.users.removeTotpOf", { name }), t("common.remove")],
    delete: [t("settings.users.delete", { name }), t("common.delete")],
  };
  const [title, yes] = words[act];
  const missing = (act === "add" && (!name.trim() || !password)) || (act === "edit" && !name.trim()) || (act === "password" && !password);
  const atField = problem?.refusals.length && problem.refusals.every(({ field }) => ["name", "password", "role"].includes(field));
  return (
    <Dialog title={title} yes={yes} danger={act === "delete" || act === "totp"} doing={{ isPending: doing.isPending, error: atField ? undefined : problem }} close={close} isOver={!!doing.data} disabled={missing}
      act={() => (doing.data ? close() : doing.mutate())}>
      <Outdated news={news} />
      {(act === "add" || act === "edit") && (
        <>
          <TextField label={t("settings.users.name")} value={name} onChange={(text) => set({ name: text })} wrong={wrong("name")} autoComplete="off" autoFocus required />
          <SelectField<Role> label={t("settings.users.role")} value={role} onChange={(one) => set({ role: one })} wrong={wrong("role")} help={t(`settings.role.${role}` as TextId)}
            options={ROLES.map((one) => [one, t(`role.${one}` as TextId)] as const)} />
        </>
      )}
      {act === "edit" && <Checkbox id="user-disabled" label={t("settings.users.disable")} description={t("settings.users.disable.what")} isChecked={disabled} onChange={(_, on) => set({ disabled: on })} />}
      {(act === "add" || act === "password") && (
        <Password label={t("signIn.password")} autoComplete="new-password" value={password} onChange={setPassword} wrong={wrong("password")}
          help={t("welcome.password.help", { least: LEAST })} autoFocus={act === "password"} required />
      )}
      {act === "password" && <p className="soft">{t("settings.users.password.what")}</p>}
      {act === "link" && !doing.data && <p>{t("settings.users.link.what")}</p>}
      {doing.data && (
        <section className="trouble wait" role="status">
          <p className="strong">{t("settings.users.linkMade")}</p>
          <p className="row"><code className="break" data-value>{linkOf(doing.data)}</code> <Copy text={linkOf(doing.data)} /></p>
          <p className="soft">{t("settings.users.linkEnds")} <Moment at={doing.data.expires_at} /></p>
        </section>
      )}
      {act === "totp" && <p>{t("settings.users.removeTotp.what")}</p>}
      {act === "delete" && <p>{t("settings.users.delete.what")}</p>}
    </Dialog>
  );
}

function differences(before: User, now: User): string[] {
  const told = (what: string, was: string, is: string) => (was === is ? [] : [t("settings.outdated.was", { what, was, is })]);
  const yesNo = (on: boolean) => (on ? t("common.yes") : t("common.no"));
  return [
    ...told(t("settings.users.name"), before.name, now.name),
    ...told(t("settings.users.role"), t(`role.${before.role}` as TextId), t(`role.${now.role}` as TextId)),
    ...told(t("settings.users.disable"), yesNo(before.disabled), yesNo(now.disabled)),
    ...told(t("settings.totp"), yesNo(before.totp), yesNo(now.totp)),
  ];
}

/** Under the address that this browser reaches the service by: the other person probably does too. */
function linkOf({ path }: { path: string }): string {
  return location.origin + path;
}
