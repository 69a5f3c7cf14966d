// One account: whose it is, how it is, what blocks it, and its menu.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Dropdown, DropdownItem, DropdownList } from "@patternfly/react-core/dist/esm/components/Dropdown";
import { MenuToggle } from "@patternfly/react-core/dist/esm/components/MenuToggle";
import BanIcon from "@patternfly/react-icons/dist/esm/icons/ban-icon";
import CheckCircleIcon from "@patternfly/react-icons/dist/esm/icons/check-circle-icon";
import ClockIcon from "@patternfly/react-icons/dist/esm/icons/clock-icon";
import EllipsisVIcon from "@patternfly/react-icons/dist/esm/icons/ellipsis-v-icon";
import ExclamationCircleIcon from "@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon";
import type { Account } from "@gen/api";
import { useState } from "react";
import { Copy } from "@/parts/Copy";
import { Moment } from "@/parts/Moment";
import { Facts } from "@/parts/Page";
import { sentence } from "@/parts/Trouble";
import { t, type TextId } from "@/text";
import { type AccountAct, AccountDialog } from "./AccountDialog";

/** What makes sense for an account of this state. */
const ACTS: Record<Account["state"], AccountAct[]> = {
  valid: ["check", "contact", "agree", "chain", "key", "deactivate", "delete"],
  "key-stored": ["check", "delete"],
  deactivated: ["delete"],
};

export function AccountRow({ account, orders, mayChange }: { account: Account; orders: boolean; mayChange: boolean }) {
  const [open, setOpen] = useState(false);
  const [more, setMore] = useState(false);
  const [act, setAct] = useState<AccountAct>();
  const title = account.contact.join(", ");
  return (
    <li className="account">
      <div className="row">
        <div className="grow">
          <div className="row">
            {title ? <b className="break" data-value>{title}</b> : <b>{t("account.noContact")}</b>}
            <State account={account} />
            {orders && <span className="tag">{t("account.orders")}</span>}
          </div>
          <div className="meta">
            <span>{t("account.opened")} <Moment at={account.created_at} kind="date" /></span>
            {account.terms_agreed_at && <span>{t("account.agreed")} <Moment at={account.terms_agreed_at} kind="date" /></span>}
            {account.preferred_chain && <span>{t("edit.chain")}: <span data-value>{account.preferred_chain}</span></span>}
            <Button variant="link" isInline size="sm" aria-expanded={more} onClick={() => setMore(!more)}>{more ? t("account.less") : t("account.more")}</Button>
          </div>
        </div>
        {mayChange && (
          <Dropdown isOpen={open} onOpenChange={setOpen} onSelect={() => setOpen(false)} popperProps={{ position: "end" }}
            toggle={(ref) => <MenuToggle ref={ref} variant="plain" icon={<EllipsisVIcon />} isExpanded={open} onClick={() => setOpen(!open)} aria-label={t("certificates.actionsOf", { name: title || account.id })} />}>
            <DropdownList>
              {ACTS[account.state].map((one) => (
                <DropdownItem key={one} isDanger={one === "deactivate" || one === "delete"} onClick={() => setAct(one)}>{t(`account.act.${one}` as TextId)}</DropdownItem>
              ))}
            </DropdownList>
          </Dropdown>
        )}
      </div>
      {account.blocked && (
        <section className="trouble">
          <h3>{t("account.blocked")}</h3>
          <blockquote data-value>{sentence(account.blocked.answer)}</blockquote>
          <p className="soft">{t("account.blocked.since")} <Moment at={account.blocked.since} /></p>
          <p className="next"><b>{t("failure.next")}</b> <span>{account.blocked.kind === "unknown" ? t("account.blocked.unknown") : t("account.blocked.do")}</span></p>
          <div className="row">
            {account.blocked.instance && <a href={account.blocked.instance} target="_blank" rel="noreferrer">{t("account.blocked.page")}</a>}
            {mayChange && account.blocked.kind !== "unknown" && <Button variant="secondary" size="sm" onClick={() => setAct("agree")}>{t("account.act.agree")}</Button>}
            {mayChange && <Button variant="secondary" size="sm" onClick={() => setAct("check")}>{t("account.act.check")}</Button>}
          </div>
        </section>
      )}
      {account.key_change && <p className="offer">{t("account.keyChanging")} <Moment at={account.key_change.began_at} /></p>}
      {more && (
        <Facts facts={[
          [t("account.url"), account.url ? <span className="hash"><code className="break" data-value>{account.url}</code><Copy text={account.url} /></span> : t("common.none")],
          [t("account.id"), <span className="hash"><code className="break" data-value>{account.id}</code><Copy text={account.id} /></span>],
          [t("account.thumbprint"), <span className="hash"><code className="break" data-value>{account.thumbprint}</code><Copy text={account.thumbprint} /></span>],
          [t("account.keyType"), <span data-value>{account.key_type}</span>],
          !!account.external_account && [t("account.boundBy"), <code className="break" data-value>{account.external_account}</code>],
          !!account.terms_agreed && [t("authorities.terms"), <a href={account.terms_agreed} className="break" target="_blank" rel="noreferrer" data-value>{account.terms_agreed}</a>],
        ]} />
      )}
      {act && <AccountDialog key={act} act={act} account={account} close={() => setAct(undefined)} />}
    </li>
  );
}

function State({ account }: { account: Account }) {
  if (account.blocked) return <span className="badge tone-bad"><ExclamationCircleIcon />{t("account.state.blocked")}</span>;
  if (account.state === "deactivated") return <span className="badge tone-calm"><BanIcon />{t("account.state.deactivated")}</span>;
  if (account.state === "key-stored") return <span className="badge tone-wait"><ClockIcon />{t("account.state.key-stored")}</span>;
  return <span className="badge tone-good"><CheckCircleIcon />{t("account.state.valid")}</span>;
}
