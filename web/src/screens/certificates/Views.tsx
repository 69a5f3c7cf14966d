// Saved views: a filter, an order and columns under a name, kept by this browser.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Divider } from "@patternfly/react-core/dist/esm/components/Divider";
import { Dropdown, DropdownItem, DropdownList } from "@patternfly/react-core/dist/esm/components/Dropdown";
import { MenuToggle } from "@patternfly/react-core/dist/esm/components/MenuToggle";
import BookmarkIcon from "@patternfly/react-icons/dist/esm/icons/bookmark-icon";
import TrashIcon from "@patternfly/react-icons/dist/esm/icons/trash-icon";
import { useState } from "react";
import { useLocation } from "wouter";
import { Dialog } from "@/parts/Dialog";
import { TextField } from "@/parts/Field";
import { t } from "@/text";
import { type ListState, write } from "./filters";

const STORED = "certwright.views";

interface View {
  name: string;
  search: string;
}

function stored(): View[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(STORED) ?? "[]");
    return Array.isArray(value) ? value.filter((view): view is View => typeof view?.name === "string" && typeof view?.search === "string") : [];
  } catch {
    return [];
  }
}

export function Views({ state }: { state: ListState }) {
  const [open, setOpen] = useState(false);
  const [views, setViews] = useState(stored);
  const [name, setName] = useState<string>();
  const [, navigate] = useLocation();
  const now = write(state).toString();
  const current = views.find((view) => view.search === now);
  const keep = (after: View[]) => {
    setViews(after);
    try {
      localStorage.setItem(STORED, JSON.stringify(after));
    } catch {
      // Storage can be forbidden; the view is there until the page is closed.
    }
  };
  const save = () => {
    const trimmed = name?.trim();
    if (!trimmed) return;
    keep([...views.filter((view) => view.name !== trimmed), { name: trimmed, search: now }]);
    setName(undefined);
  };
  return (
    <>
      <Dropdown isOpen={open} onOpenChange={setOpen} onSelect={() => setOpen(false)} popperProps={{ position: "end" }}
        toggle={(ref) => (
          <MenuToggle ref={ref} icon={<BookmarkIcon />} isExpanded={open} onClick={() => setOpen(!open)}>
            {current ? <span data-value>{current.name}</span> : t("certificates.views")}
          </MenuToggle>
        )}>
        <DropdownList>
          {views.map((view) => (
            <DropdownItem key={view.name} isSelected={view === current} onClick={() => navigate(`/certificates${view.search && `?${view.search}`}`)}>
              <span data-value>{view.name}</span>
            </DropdownItem>
          ))}
          {!views.length && <DropdownItem isDisabled>{t("certificates.views.none")}</DropdownItem>}
          <Divider component="li" />
          <DropdownItem onClick={() => setName("")} isDisabled={!now || !!current}>{t("certificates.views.save")}</DropdownItem>
          {current && (
            <DropdownItem icon={<TrashIcon />} onClick={() => keep(views.filter((view) => view !== current))}>
              {t("certificates.views.remove")}
            </DropdownItem>
          )}
        </DropdownList>
      </Dropdown>
      {name !== undefined && (
        <Dialog title={t("certificates.views.save")} yes={t("common.save")} act={save} close={() => setName(undefined)} disabled={!name.trim()}>
          <TextField label={t("certificates.views.name")} help={t("certificates.views.where")} value={name} onChange={setName} autoFocus />
          {views.some((view) => view.name === name.trim()) && <p className="soft">{t("certificates.views.replaces")}</p>}
          <Button type="submit" className="unseen" tabIndex={-1} aria-hidden>{t("common.save")}</Button>
        </Dialog>
      )}
    </>
  );
}
