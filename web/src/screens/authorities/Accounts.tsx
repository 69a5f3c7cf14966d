// Accounts at an authority: opened, taken over, and everything that can be done with one.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import type { Authority } from "@gen/api";
import { useState } from "react";
import { useAccounts } from "@/app/reads";
import { useMay } from "@/app/session";
import { Card, Loaded } from "@/parts/Page";
import { t } from "@/text";
import { AccountForm } from "./AccountForm";
import { AccountRow } from "./AccountRow";
import { ImportDialog } from "./ImportDialog";

export function Accounts({ authority }: { authority: Authority }) {
  const administrator = useMay("administrator");
  const [opening, setOpening] = useState(false);
  const [importing, setImporting] = useState(false);
  const accounts = useAccounts();
  const closed = authority.details?.disabled || !!authority.details?.ended;
  return (
    <Card title={t("authorities.accountsHere")}
      actions={administrator && !opening && !closed && (
        <div className="row">
          <Button variant="link" size="sm" onClick={() => setImporting(true)}>{t("account.import")}</Button>
          <Button variant="secondary" size="sm" onClick={() => setOpening(true)}>{t("account.new")}</Button>
        </div>
      )}>
      {opening && (
        <section className="target">
          <h3>{t("account.new")}</h3>
          <AccountForm authority={authority} done={() => setOpening(false)} more={<Button variant="link" onClick={() => setOpening(false)}>{t("common.cancel")}</Button>} />
        </section>
      )}
      <Loaded query={accounts} lines={3}>
        {({ items }) => {
          const here = items.filter((account) => account.authority === authority.id);
          // The newest valid one orders for certificates that name none.
          const ordering = here.filter(({ state, blocked }) => state === "valid" && !blocked).sort((one, other) => other.created_at.localeCompare(one.created_at))[0];
          if (!here.length) return opening ? null : <p className="soft">{closed ? t("account.none.closed") : t("account.none")}</p>;
          return (
            <ul className="bare">
              {here.map((account) => <AccountRow key={account.id} account={account} orders={here.length > 1 && account === ordering} mayChange={administrator} />)}
            </ul>
          );
        }}
      </Loaded>
      {importing && <ImportDialog authority={authority} close={() => setImporting(false)} />}
    </Card>
  );
}
