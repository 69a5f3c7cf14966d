// What can be done to a user.
import { Divider } from "@patternfly/react-core/dist/esm/components/Divider";
import { Dropdown, DropdownItem, DropdownList } from "@patternfly/react-core/dist/esm/components/Dropdown";
import { MenuToggle } from "@patternfly/react-core/dist/esm/components/MenuToggle";
import EllipsisVIcon from "@patternfly/react-icons/dist/esm/icons/ellipsis-v-icon";
import type { User } from "@gen/api";
import { useState } from "react";
import { t } from "@/text";
import type { UserAct } from "./UserDialog";

export function UserMenu({ user, act }: { user: User; act: (act: UserAct) => void }) {
  const [open, setOpen] = useState(false);
  const entry = (one: UserAct, words: string) => (
    <DropdownItem key={one} isDanger={one === "delete"} onClick={() => act(one)}>{words}</DropdownItem>
  );
  return (
    <Dropdown isOpen={open} onOpenChange={setOpen} onSelect={() => setOpen(false)} popperProps={{ position: "end" }}
      toggle={(ref) => (
        <MenuToggle ref={ref} variant="plain" icon={<EllipsisVIcon />} isExpanded={open} onClick={() => setOpen(!open)}
          aria-label={t("certificates.actionsOf", { name: user.name })} />
      )}>
      <DropdownList>
        {entry("edit", t("settings.users.editMenu"))}
        {entry("password", t("settings.users.passwordMenu"))}
        {entry("link", t("settings.users.linkMenu"))}
        {user.totp && entry("totp", t("settings.totp.remove"))}
        <Divider key="divider" component="li" />
        {entry("delete", t("common.delete"))}
      </DropdownList>
    </Dropdown>
  );
}
