// Parts of the form of an authority: addresses for people, rate limits, the pace of orders.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import MinusCircleIcon from "@patternfly/react-icons/dist/esm/icons/minus-circle-icon";
import PlusCircleIcon from "@patternfly/react-icons/dist/esm/icons/plus-circle-icon";
import type { LimitScope } from "@gen/api";
import { TextField } from "@/parts/Field";
import { SelectField } from "@/parts/Select";
import { t } from "@/text";
import type { Fields } from "./AuthorityFields";
import type { LimitEntry } from "./entry";

/** What can have a limit of its own. */
const SCOPES = ["orders", "domain", "identifier-set", "accounts", "failures", "consecutive-failures"] as const satisfies readonly LimitScope[];

export function LinkFields({ entry, set, wrong }: Fields) {
  return (
    <fieldset className="fields">
      <legend>{t("authorities.links")}</legend>
      <div className="pair">
        <TextField label={t("authorities.website")} type="url" value={entry.website} onChange={(website) => set({ website })} wrong={wrong("details.website")} />
        <TextField label={t("authorities.status")} type="url" value={entry.status} onChange={(status) => set({ status })} wrong={wrong("details.status")} />
        <TextField label={t("authorities.terms")} type="url" value={entry.terms} onChange={(terms) => set({ terms })} wrong={wrong("details.terms")} />
        <TextField label={t("authorities.privacy")} type="url" value={entry.privacy} onChange={(privacy) => set({ privacy })} wrong={wrong("details.privacy")} />
      </div>
    </fieldset>
  );
}

/** `usual` puts the catalogue's values into the form, where there are any. */
type OwnFields = Pick<Fields, "entry" | "set" | "wrong"> & { usual?: () => void };

export function LimitFields({ entry, set, wrong, usual }: OwnFields) {
  const change = (at: number, changes: Partial<LimitEntry>) => set({ limits: entry.limits.map((one, index) => (index === at ? { ...one, ...changes } : one)) });
  return (
    <fieldset className="fields">
      <legend>{t("authorities.limits")}</legend>
      <p className="soft">{t("authorities.limits.help")}</p>
      {entry.limits.map((limit, index) => (
        <div key={index} className="limit-row">
          <SelectField<LimitScope> label={t("authorities.limit.scope")} value={limit.scope} onChange={(scope) => change(index, { scope })}
            options={SCOPES.map((scope) => [scope, t(`authorities.scope.${scope}`)] as const)} />
          <TextField label={t("authorities.limit.most")} value={limit.most} onChange={(most) => change(index, { most })} inputMode="numeric" wrong={wrong(`details.rate_limits[${index}]`)} />
          <TextField label={t("authorities.limit.span")} value={limit.span} onChange={(span) => change(index, { span })} data-value placeholder="7d" />
          <Button variant="plain" icon={<MinusCircleIcon />} aria-label={t("authorities.limit.remove", { number: index + 1 })}
            onClick={() => set({ limits: entry.limits.filter((_, other) => other !== index) })} />
        </div>
      ))}
      <div className="row">
        <Button variant="link" isInline icon={<PlusCircleIcon />} onClick={() => set({ limits: [...entry.limits, { scope: "orders", most: "300", span: "3h", refill: "bucket" }] })}>
          {t("authorities.limit.add")}
        </Button>
        {usual && <Button variant="link" isInline onClick={usual}>{t("authorities.limits.usual")}</Button>}
      </div>
    </fieldset>
  );
}

export function PaceFields({ entry, set, wrong, usual }: OwnFields) {
  return (
    <fieldset className="fields">
      <legend>{t("authorities.pace")}</legend>
      <div className="pair">
        <TextField label={t("authorities.pace.open")} value={entry.open} onChange={(open) => set({ open })} inputMode="numeric" wrong={wrong("details.pace.open_orders")} />
        <TextField label={t("authorities.pace.account")} value={entry.openOfAccount} onChange={(openOfAccount) => set({ openOfAccount })} inputMode="numeric" wrong={wrong("details.pace.open_orders_of_account")} />
        <TextField label={t("authorities.pace.second")} value={entry.perSecond} onChange={(perSecond) => set({ perSecond })} inputMode="numeric" wrong={wrong("details.pace.orders_per_second")} />
      </div>
      {usual && <div><Button variant="link" isInline onClick={usual}>{t("authorities.pace.usual")}</Button></div>}
    </fieldset>
  );
}
