// The menu of one row.
import { Divider } from "@patternfly/react-core/dist/esm/components/Divider";
import { Dropdown, DropdownItem, DropdownList } from "@patternfly/react-core/dist/esm/components/Dropdown";
import { MenuToggle } from "@patternfly/react-core/dist/esm/components/MenuToggle";
import EllipsisVIcon from "@patternfly/react-icons/dist/esm/icons/ellipsis-v-icon";
import type { Certificate } from "@gen/api";
import { useLocation } from "wouter";
import { t } from "@/text";
import { type Act, ACT_WORDS } from "./bulk/acts";

export default function RowMenu({ certificate, close, choose }: { certificate: Certificate; close: () => void; choose: (act: Act) => void }) {
  const [, navigate] = useLocation();
  const acts: Act[] = ["renew", "test", certificate.paused ? "resume" : "pause", "tag"];
  return (
    <Dropdown isOpen onOpenChange={close} onSelect={close} popperProps={{ position: "end" }}
      toggle={(ref) => (
        <MenuToggle ref={ref} variant="plain" isExpanded icon={<EllipsisVIcon />} onClick={close}
          aria-label={t("certificates.actionsOf", { name: certificate.name })} />
      )}>
      <DropdownList>
        <DropdownItem onClick={() => navigate(`/certificates/${certificate.id}/edit`)}>{t("common.edit")}</DropdownItem>
        {acts.map((act) => (
          <DropdownItem key={act} onClick={() => choose(act)}>{t(ACT_WORDS[act])}</DropdownItem>
        ))}
        <Divider component="li" />
        <DropdownItem isDanger onClick={() => choose("delete")}>{t(ACT_WORDS.delete)}</DropdownItem>
      </DropdownList>
    </Dropdown>
  );
}
