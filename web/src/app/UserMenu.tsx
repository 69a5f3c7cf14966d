// Who is signed in; language, theme, signing out.
import { Divider } from "@patternfly/react-core/dist/esm/components/Divider";
import { Dropdown, DropdownGroup, DropdownItem, DropdownList } from "@patternfly/react-core/dist/esm/components/Dropdown";
import { MenuToggle } from "@patternfly/react-core/dist/esm/components/MenuToggle";
import UserIcon from "@patternfly/react-icons/dist/esm/icons/user-icon";
import { useState } from "react";
import { useLocation } from "wouter";
import { answer, api } from "@/api/client";
import { type Language, speak, spoken, t, type TextId } from "@/text";
import { useUser } from "./session";
import { choose, type Theme, useTheme } from "./theme";

const THEMES: [Theme, TextId][] = [["system", "user.theme.system"], ["light", "user.theme.light"], ["dark", "user.theme.dark"]];
const LANGUAGES: [Language, string][] = [["en", "English"], ["de", "Deutsch"]];

export function UserMenu() {
  const [open, setOpen] = useState(false);
  const [, navigate] = useLocation();
  const user = useUser();
  const theme = useTheme();
  const signOut = async () => {
    await answer(api.DELETE("/api/v1/session")).catch(() => undefined);
    // Loaded anew: nothing that was read or typed stays for whoever comes next.
    sessionStorage.clear();
    location.replace("/");
  };
  return (
    <Dropdown
      isOpen={open}
      onOpenChange={setOpen}
      onSelect={() => setOpen(false)}
      popperProps={{ position: "end" }}
      toggle={(ref) => (
        <MenuToggle ref={ref} variant="plainText" icon={<UserIcon />} isExpanded={open} onClick={() => setOpen(!open)}
          aria-label={t("user.menu", { name: user.name })}>
          <span data-value>{user.name}</span>
        </MenuToggle>
      )}
    >
      <DropdownGroup label={t("user.theme")}>
        <DropdownList>
          {THEMES.map(([value, text]) => (
            <DropdownItem key={value} isSelected={theme === value} onClick={() => choose(value)}>
              {t(text)}
            </DropdownItem>
          ))}
        </DropdownList>
      </DropdownGroup>
      <Divider />
      <DropdownGroup label={t("user.language")}>
        <DropdownList>
          {LANGUAGES.map(([value, name]) => (
            <DropdownItem key={value} isSelected={spoken() === value} onClick={() => speak(value)} lang={value}>
              <span data-value>{name}</span>
            </DropdownItem>
          ))}
        </DropdownList>
      </DropdownGroup>
      <Divider />
      <DropdownList>
        <DropdownItem onClick={() => navigate("/settings/account")}>{t("user.account")}</DropdownItem>
        <DropdownItem onClick={() => void signOut()}>{t("user.signOut")}</DropdownItem>
      </DropdownList>
    </Dropdown>
  );
}
