// Which columns are shown.
import { Dropdown, DropdownItem, DropdownList } from "@patternfly/react-core/dist/esm/components/Dropdown";
import { MenuToggle } from "@patternfly/react-core/dist/esm/components/MenuToggle";
import ColumnsIcon from "@patternfly/react-icons/dist/esm/icons/columns-icon";
import { useState } from "react";
import { t, type TextId } from "@/text";
import { type Column, COLUMNS } from "./filters";

export const COLUMN_WORDS: Record<Column, TextId> = {
  expires: "certificates.expires",
  authority: "certificates.authority",
  target: "certificates.deployedTo",
  next: "certificates.next",
  tags: "certificates.tags",
};

export function ColumnChoice({ columns, choose }: { columns: readonly Column[]; choose: (columns: Column[]) => void }) {
  const [open, setOpen] = useState(false);
  const toggle = (column: Column) =>
    choose(COLUMNS.filter((other) => (other === column ? !columns.includes(column) : columns.includes(other))));
  return (
    <Dropdown isOpen={open} onOpenChange={setOpen} popperProps={{ position: "end" }}
      toggle={(ref) => (
        <MenuToggle ref={ref} icon={<ColumnsIcon />} isExpanded={open} onClick={() => setOpen(!open)}>
          {t("certificates.columns")}
        </MenuToggle>
      )}>
      <DropdownList>
        {COLUMNS.map((column) => (
          <DropdownItem key={column} hasCheckbox isSelected={columns.includes(column)} onClick={() => toggle(column)}>
            {t(COLUMN_WORDS[column])}
          </DropdownItem>
        ))}
      </DropdownList>
    </Dropdown>
  );
}
