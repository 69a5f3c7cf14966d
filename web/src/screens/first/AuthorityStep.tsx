// Which authority, and an account there.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Checkbox } from "@patternfly/react-core/dist/esm/components/Checkbox";
import { Radio } from "@patternfly/react-core/dist/esm/components/Radio";
import CheckCircleIcon from "@patternfly/react-icons/dist/esm/icons/check-circle-icon";
import type { Account, Authority } from "@gen/api";
import { useState } from "react";
import { Link } from "wouter";
import { useAuthorities } from "@/app/reads";
import { Card, Loaded } from "@/parts/Page";
import { AccountForm } from "@/screens/authorities/AccountForm";
import { t } from "@/text";

/** Those of the program that are offered at once. */
const SHOWN = 5;

export function AuthorityStep({ accounts, next }: { accounts: readonly Account[]; next: () => void }) {
  const authorities = useAuthorities();
  return (
    <Loaded query={authorities} lines={6}>
      {({ items }) => <Choice all={items.filter(({ details }) => !details?.disabled && !details?.ended)} accounts={accounts} next={next} />}
    </Loaded>
  );
}

function Choice({ all, accounts, next }: { all: readonly Authority[]; accounts: readonly Account[]; next: () => void }) {
  const newest = all.find(({ id }) => id === accounts.at(-1)?.authority);
  const [chosen, setChosen] = useState<string>();
  const [test, setTest] = useState(newest?.staging ?? false);
  // A test environment is no authority of its own: it is offered with the one that it belongs to.
  const proper = all.filter(({ staging_of }) => !staging_of || !all.some(({ id }) => id === staging_of));
  const own = proper.filter(({ built_in }) => !built_in);
  const offered = [...own, ...proper.filter(({ built_in }) => built_in).slice(0, SHOWN)];
  const now = chosen ?? newest?.staging_of ?? newest?.id ?? offered[0]?.id;
  // One with an account may be further down the list.
  const shown = offered.some(({ id }) => id === now) ? offered : [...offered, ...proper.filter(({ id }) => id === now)];
  const twin = all.find(({ staging_of }) => staging_of === now);
  const authority = test && twin ? twin : shown.find(({ id }) => id === now);
  const has = accounts.some((account) => account.authority === authority?.id);
  const skip = <Button variant="link" onClick={next}>{t("first.skip")}</Button>;
  return (
    <div className="grid-2">
      <Card title={t("first.which")}>
        <div className="first-choices">
          {shown.map((one) => (
            <Radio key={one.id} id={`authority-${one.id}`} name="authority" isChecked={one.id === now} onChange={() => setChosen(one.id)}
              label={<span data-value>{one.title}</span>}
              description={
                <>
                  <span data-value>{one.details?.description || one.directory}</span>
                  {one.external_account_required && <> · {t("first.needsBinding")}</>}
                  {accounts.some((account) => account.authority === one.id) && <> · {t("first.hasOne")}</>}
                </>
              } />
          ))}
        </div>
        <p className="soft">{t("first.others")} <Link href="/authorities">{t("nav.authorities")}</Link></p>
      </Card>
      {authority && (
        <Card title={t("first.account", { authority: authority.title })}>
          {twin && (
            <Checkbox id="first-test" label={t("first.test")} description={t("first.test.what")} isChecked={test} onChange={(_, on) => setTest(on)} />
          )}
          {has ? (
            <>
              <p className="row tone-good strong"><CheckCircleIcon /> {t("first.hasAccount")}</p>
              <div className="row"><Button onClick={next}>{t("first.continue")}</Button></div>
            </>
          ) : (
            <AccountForm authority={authority} done={next} more={skip} otherwise={skip} />
          )}
        </Card>
      )}
    </div>
  );
}
