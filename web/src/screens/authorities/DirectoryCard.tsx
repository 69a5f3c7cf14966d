// Whether an authority's directory answers: looked at each week and on demand; and what it says at this moment.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { answer, api } from "@/api/client";
import { queries } from "@/app/queries";
import { useProbes, useTerms } from "@/app/reads";
import { useMay } from "@/app/session";
import { Moment } from "@/parts/Moment";
import { Card, Facts, Loaded } from "@/parts/Page";
import { ProblemBox, sentence } from "@/parts/Trouble";
import { t } from "@/text";
import { Standing } from "./Standing";

export function DirectoryCard({ authority }: { authority: string }) {
  const operator = useMay("operator");
  const [asked, setAsked] = useState(false);
  const probes = useProbes();
  const look = useMutation({
    mutationFn: () => answer(api.POST("/api/v1/authorities/{authority}/probe", { params: { path: { authority } } })),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["probes"] }),
  });
  const probe = look.data ?? probes.data?.items.find((one) => one.authority === authority);
  return (
    <Card title={t("authorities.probe")}
      actions={operator && <Button variant="secondary" size="sm" onClick={() => look.mutate()} isLoading={look.isPending} isDisabled={look.isPending}>{t("authorities.probe.now")}</Button>}>
      <div role="status" className="stack tight">
        {!probe ? <p className="soft">{t("authorities.probe.never")}</p> : (
          <>
            <div><Standing probe={probe} /></div>
            {probe.answer && <blockquote className="quote" data-value>{sentence(probe.answer)}</blockquote>}
            <Facts facts={[
              [t("authorities.probe.looked"), <Moment at={probe.probed_at} />],
              !!probe.bad_since && [t("authorities.probe.since"), <Moment at={probe.bad_since} kind="both" />],
              !!probe.answer && [t("authorities.probe.good"), <Moment at={probe.good_at} />],
              [t("authorities.probe.next"), <Moment at={probe.next_at} />],
            ]} />
          </>
        )}
      </div>
      {!!look.error && <ProblemBox error={look.error} />}
      {asked ? <Says authority={authority} /> : (
        <div><Button variant="link" isInline onClick={() => setAsked(true)}>{t("authorities.says")}</Button></div>
      )}
    </Card>
  );
}

/** What the directory says now. */
function Says({ authority }: { authority: string }) {
  const terms = useTerms(authority);
  return (
    <Loaded query={terms} lines={3}>
      {(value) => (
        <Facts facts={[
          [t("authorities.terms"), value.terms_of_service
            ? <a href={value.terms_of_service} target="_blank" rel="noreferrer" data-value>{value.terms_of_service}</a>
            : t("common.none")],
          [t("account.binding"), value.external_account_required ? t("common.required") : t("common.optional")],
          !!value.website && [t("authorities.website"), <a href={value.website} target="_blank" rel="noreferrer" data-value>{value.website}</a>],
          Object.keys(value.profiles).length > 0 && [t("authorities.profiles"), (
            <ul className="bare" data-value>
              {Object.entries(value.profiles).map(([name, words]) => <li key={name}><b>{name}</b> <span className="soft break">{words}</span></li>)}
            </ul>
          )],
        ]} />
      )}
    </Loaded>
  );
}
