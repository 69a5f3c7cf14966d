// The first certificate: for sites that are served on this machine, or for names that are typed.
import GlobeIcon from "@patternfly/react-icons/dist/esm/icons/globe-icon";
import type { Account } from "@gen/api";
import { useSites } from "@/app/reads";
import { Empty, LinkButton, Loaded } from "@/parts/Page";
import { FailureBox } from "@/parts/Trouble";
import { t } from "@/text";
import { Sites } from "./Sites";

export function CertificateStep({ accounts, back }: { accounts: readonly Account[]; back: () => void }) {
  const sites = useSites();
  return (
    <Loaded query={sites} lines={5}>
      {({ items }) => {
        const found = items.flatMap(({ sites: all }) => all).filter(({ names }) => names.length);
        return (
          <>
            {items.map(({ target, failure }) => failure && <FailureBox key={target} failure={failure} level={2} />)}
            {found.length ? <Sites sites={found} accounts={accounts} back={back} /> : (
              <Empty icon={GlobeIcon} title={t("first.noSites")} actions={<>
                <LinkButton to="/certificates/new" variant="primary">{t("first.typeNames")}</LinkButton>
                <LinkButton to="/" variant="link">{t("first.later")}</LinkButton>
              </>}>
                {t("first.noSites.why")}
              </Empty>
            )}
          </>
        );
      }}
    </Loaded>
  );
}
