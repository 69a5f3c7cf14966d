// Backups: which there are, a new one, whether one can be read, and how it comes back.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import ArchiveIcon from "@patternfly/react-icons/dist/esm/icons/archive-icon";
import CheckCircleIcon from "@patternfly/react-icons/dist/esm/icons/check-circle-icon";
import ExclamationTriangleIcon from "@patternfly/react-icons/dist/esm/icons/exclamation-triangle-icon";
import type { Backup } from "@gen/api";
import { useMutation, useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import { queries } from "@/app/queries";
import { useMay } from "@/app/session";
import { bytesInWords } from "@/parts/bytes";
import { Copy } from "@/parts/Copy";
import { Moment } from "@/parts/Moment";
import { Card, Empty, Loaded } from "@/parts/Page";
import { ProblemBox } from "@/parts/Trouble";
import { quoted } from "@/screens/edit/commands";
import { t } from "@/text";

export default function Backups() {
  const administrator = useMay("administrator");
  const backups = useQuery({ queryKey: ["backups"], queryFn: () => answer(api.GET("/api/v1/backups")) });
  const make = useMutation({
    mutationFn: () => answer(api.POST("/api/v1/backups")),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["backups"] }),
  });
  const newest = backups.data?.items[0];
  return (
    <>
      <Card title={t("settings.backups")}
        actions={administrator && <Button onClick={() => make.mutate()} isLoading={make.isPending} isDisabled={make.isPending}>{t("settings.backups.make")}</Button>}>
        <p className="soft">{t("settings.backups.what")}</p>
        <span role="status" className="unseen">{make.isSuccess ? t("settings.backups.made") : ""}</span>
        {!!make.error && <ProblemBox error={make.error} />}
        <Loaded query={backups} lines={4}>
          {({ items }) => items.length === 0 ? <Empty icon={ArchiveIcon} title={t("settings.backups.none")}>{t("settings.backups.none.why")}</Empty> : (
            <ul className="rows-plain">
              {items.map((backup) => <Line key={backup.name} backup={backup} mayCheck={administrator} />)}
            </ul>
          )}
        </Loaded>
      </Card>
      <Card title={t("settings.backups.restore")}>
        <ol className="how">
          <li>{t("settings.backups.restore.stop")}</li>
          <li>
            {t("settings.backups.restore.run")} <code className="break" data-value>certwright restore {newest ? quoted(newest.path) : "BACKUP"} --replace</code>{" "}
            {newest && <Copy text={`certwright restore ${quoted(newest.path)} --replace`} name={t("settings.backups.copy")} />}
          </li>
          <li>{t("settings.backups.restore.start")}</li>
        </ol>
        <p className="soft">{t("settings.backups.restore.key")}</p>
        <p className="soft">{t("settings.backups.restore.after")}</p>
      </Card>
    </>
  );
}

function Line({ backup, mayCheck }: { backup: Backup; mayCheck: boolean }) {
  const check = useMutation({
    mutationFn: () => answer(api.POST("/api/v1/backups/{backup}/check", { params: { path: { backup: backup.name } } })),
  });
  return (
    <li>
      <div className="row">
        <span className="strong"><Moment at={backup.made_at} kind="both" /></span>
        <span className="soft" data-value>{bytesInWords(backup.bytes)}</span>
        <span className="end row">
          {mayCheck && (
            <Button variant="link" isInline onClick={() => check.mutate()} isLoading={check.isPending} isDisabled={check.isPending}>
              {t("settings.backups.check")}<span className="unseen" data-value> {backup.name}</span>
            </Button>
          )}
          <Copy text={`certwright restore ${quoted(backup.path)} --replace`} name={t("settings.backups.copy")} />
        </span>
      </div>
      <code className="break soft" data-value>{backup.path}</code>
      <div role="status">
        {check.data && (
          <p className={`row checked ${check.data.has_recovery ? "tone-good" : "tone-warn"}`}>
            {check.data.has_recovery ? <CheckCircleIcon /> : <ExclamationTriangleIcon />}
            <span>{t("settings.backups.good", { certificates: check.data.certificates, version: check.data.version })}{" "}
            {check.data.has_recovery ? t("settings.backups.recovery") : t("settings.backups.noRecovery")}</span>
          </p>
        )}
      </div>
      {!!check.error && <ProblemBox error={check.error} />}
    </li>
  );
}
