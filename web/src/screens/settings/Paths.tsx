// What the service was started with: paths, ports and how much is kept. It is read when it starts, so it is changed in its file.
import CogIcon from "@patternfly/react-icons/dist/esm/icons/cog-icon";
import type { Configuration, ConfigurationEntry, Source } from "@gen/api";
import { useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import { Copy } from "@/parts/Copy";
import { Card, Empty, Loaded } from "@/parts/Page";
import { t, type TextId } from "@/text";

const SOURCES: Record<Source, TextId> = { default: "common.default", file: "settings.paths.file", command: "settings.paths.command" };

/** What each value is, card by card; one that is newer than these pages is shown by its key in the last card. */
const GROUPS: { title: TextId; texts: Record<string, TextId> }[] = [
  {
    title: "settings.paths.places",
    texts: {
      "data-directory": "settings.paths.data",
      socket: "settings.paths.socket",
      "backup.folder": "settings.paths.backups",
    },
  },
  {
    title: "settings.paths.network",
    texts: {
      listen: "settings.paths.listen",
      tls: "settings.paths.tls",
      url: "settings.paths.url",
      "challenge-port": "settings.paths.challengePort",
      "challenge-addresses": "settings.paths.challengeAddresses",
      resolvers: "settings.paths.resolvers",
    },
  },
  {
    title: "settings.paths.kept",
    texts: {
      "backup.keep": "settings.paths.backupKeep",
      "history.events-days": "settings.paths.eventsDays",
      "history.events-kept": "settings.paths.eventsKept",
      "history.runs-days": "settings.paths.runsDays",
      "history.runs-kept": "settings.paths.runsKept",
      "history.versions-days": "settings.paths.versionsDays",
      "history.versions-kept": "settings.paths.versionsKept",
    },
  },
  {
    title: "settings.paths.work",
    texts: { "parallel-runs": "settings.paths.parallelRuns", "json-log": "settings.paths.jsonLog" },
  },
];
const KNOWN = new Set(GROUPS.flatMap(({ texts }) => Object.keys(texts)));

export default function Paths() {
  const configuration = useQuery({ queryKey: ["configuration"], queryFn: () => answer(api.GET("/api/v1/configuration")) });
  return (
    <>
      <Card title={t("settings.paths")}>
        <p className="soft">{t("settings.paths.what")}</p>
        <Loaded query={configuration} lines={2}>{(value) => <HowToChange configuration={value} />}</Loaded>
      </Card>
      <Loaded query={configuration} lines={8}>
        {({ entries }) => entries.length === 0 ? <Card><Empty icon={CogIcon} title={t("settings.paths.none")} /></Card> : (
          <>
            {GROUPS.map(({ title, texts }, index) => (
              <Group key={title} title={title} texts={texts}
                entries={entries.filter(({ key }) => key in texts || (index === GROUPS.length - 1 && !KNOWN.has(key)))} />
            ))}
          </>
        )}
      </Loaded>
    </>
  );
}

function HowToChange({ configuration: { file, file_read } }: { configuration: Configuration }) {
  return (
    <ol className="how">
      <li>
        {t(file_read ? "settings.paths.edit" : "settings.paths.make")} <code className="break" data-value>{file}</code>{" "}
        <Copy text={file} name={t("settings.paths.copyFile")} />
      </li>
      <li>{t("settings.paths.restart")} <code data-value>systemctl restart certwright</code></li>
    </ol>
  );
}

function Group({ title, texts, entries }: { title: TextId; texts: Record<string, TextId>; entries: ConfigurationEntry[] }) {
  return (
    <Card title={t(title)} flush>
      <table className="plain configuration">
        <thead className="unseen"><tr><th>{t("settings.paths.key")}</th><th>{t("settings.paths.value")}</th><th>{t("settings.paths.source")}</th></tr></thead>
        <tbody>
          {entries.map(({ key, value, source }) => {
            const text = texts[key];
            return (
              <tr key={key}>
                <td>{text && <div>{t(text)}</div>}<code className="soft" data-value>{key}</code></td>
                <td><code className="break" data-value>{value}</code></td>
                <td className="fit"><span className={source === "default" ? "soft" : "tag"}>{t(SOURCES[source])}</span></td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Card>
  );
}
