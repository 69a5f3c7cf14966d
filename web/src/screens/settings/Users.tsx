// Who may sign in, and what each may do.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import type { User } from "@gen/api";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { answer, api } from "@/api/client";
import { useUser } from "@/app/session";
import { Moment } from "@/parts/Moment";
import { Card, Loaded } from "@/parts/Page";
import { PAGE, Pager, useOffset } from "@/parts/Pager";
import { t, type TextId } from "@/text";
import { type UserAct, UserDialog } from "./UserDialog";
import { UserMenu } from "./UserMenu";

export default function Users() {
  const [offset, go] = useOffset();
  const [act, setAct] = useState<{ act: UserAct; user?: User }>();
  const users = useQuery({
    queryKey: ["users", offset],
    queryFn: () => answer(api.GET("/api/v1/users", { params: { query: { offset, limit: PAGE } } })),
    placeholderData: keepPreviousData,
  });
  return (
    <Card title={t("settings.users")} actions={<Button onClick={() => setAct({ act: "add" })}>{t("settings.users.add")}</Button>}>
      <p className="soft">{t("settings.users.what")}</p>
      <Loaded query={users} lines={4}>
        {({ items, total }) => (
          <>
            <ul className="rows-plain">
              {items.map((user) => <Line key={user.id} user={user} act={(one) => setAct({ act: one, user })} />)}
            </ul>
            <Pager offset={offset} total={total} go={go} />
          </>
        )}
      </Loaded>
      {act && <UserDialog key={act.act + act.user?.id} act={act.act} user={act.user} close={() => setAct(undefined)} />}
    </Card>
  );
}

function Line({ user, act }: { user: User; act: (act: UserAct) => void }) {
  const own = useUser();
  const locked = user.locked_until && new Date(user.locked_until) > new Date();
  return (
    <li className="row person">
      <span className={`initial ${user.disabled ? "off" : ""}`} aria-hidden data-value>{[...user.name][0]?.toLocaleUpperCase()}</span>
      <div className="grow">
        <b className="break" data-value>{user.name}</b>
        {user.id === own.id && <span className="tag">{t("settings.users.you")}</span>}
        {user.disabled && <span className="tag tone-bad">{t("settings.users.disabled")}</span>}
        <div className="soft">
          {user.totp ? t("settings.users.totp") : t("settings.users.noTotp")}
          {user.totp && <span className={user.recovery_codes < 3 ? "tone-warn" : undefined}>, {t("settings.users.codes", { left: user.recovery_codes })}</span>}
          {" · "}{user.last_signed_in_at ? <>{t("settings.users.seen")} <Moment at={user.last_signed_in_at} /></> : t("settings.users.unseen")}
        </div>
        {locked && <div className="tone-warn">{t("settings.users.locked")} <Moment at={user.locked_until} kind="both" /></div>}
      </div>
      <span className="role">{t(`role.${user.role}` as TextId)}</span>
      <UserMenu user={user} act={act} />
    </li>
  );
}
