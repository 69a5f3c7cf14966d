// Settings, area by area: what holds for all certificates, backups, and who may sign in.
import ArchiveIcon from "@patternfly/react-icons/dist/esm/icons/archive-icon";
import ClockIcon from "@patternfly/react-icons/dist/esm/icons/clock-icon";
import DesktopIcon from "@patternfly/react-icons/dist/esm/icons/desktop-icon";
import FolderIcon from "@patternfly/react-icons/dist/esm/icons/folder-icon";
import KeyIcon from "@patternfly/react-icons/dist/esm/icons/key-icon";
import SyncIcon from "@patternfly/react-icons/dist/esm/icons/sync-alt-icon";
import UserIcon from "@patternfly/react-icons/dist/esm/icons/user-icon";
import UsersIcon from "@patternfly/react-icons/dist/esm/icons/users-icon";
import { type ComponentType, lazy, Suspense, useEffect, useRef } from "react";
import { Link } from "wouter";
import { useMay } from "@/app/session";
import { Empty, PageHead, Skeleton } from "@/parts/Page";
import { t, type TextId } from "@/text";
import "./settings.css";

interface Area {
  name: string;
  text: TextId;
  icon: ComponentType;
  of?: "administrator";
  screen: ComponentType;
}

const GROUPS: { text: TextId; areas: Area[] }[] = [
  {
    text: "settings.group.certificates",
    areas: [
      { name: "renewal", text: "settings.renewal", icon: SyncIcon, screen: lazy(() => import("./Renewal")) },
      { name: "windows", text: "settings.windows", icon: ClockIcon, screen: lazy(() => import("./Windows")) },
    ],
  },
  {
    text: "settings.group.you",
    areas: [
      { name: "account", text: "settings.account", icon: UserIcon, screen: lazy(() => import("./OwnAccount")) },
      { name: "sessions", text: "settings.sessions", icon: DesktopIcon, screen: lazy(() => import("./Sessions")) },
    ],
  },
  {
    text: "settings.group.service",
    areas: [
      { name: "users", text: "settings.users", icon: UsersIcon, of: "administrator", screen: lazy(() => import("./Users")) },
      { name: "tokens", text: "settings.tokens", icon: KeyIcon, of: "administrator", screen: lazy(() => import("./Tokens")) },
      { name: "backups", text: "settings.backups", icon: ArchiveIcon, screen: lazy(() => import("./Backups")) },
      { name: "paths", text: "settings.paths", icon: FolderIcon, screen: lazy(() => import("./Paths")) },
    ],
  },
];

export default function Settings({ area = "renewal" }: { area?: string }) {
  const administrator = useMay("administrator");
  const wanted = GROUPS.flatMap(({ areas }) => areas).find(({ name }) => name === area);
  const permitted = !wanted?.of || administrator;
  const Screen = wanted?.screen;
  // On a phone the areas are one line, of which a part is in view.
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    // Newer browsers give a promise back, which an effect must not.
    nav.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [area]);
  return (
    <>
      <PageHead title={t("nav.settings")} />
      <div className="settings">
        <nav aria-label={t("settings.areas")} className="areas" ref={nav}>
          {GROUPS.map(({ text, areas }) => (
            <div key={text}>
              <p className="areas-group" aria-hidden>{t(text)}</p>
              <ul aria-label={t(text)}>
                {areas.filter(({ of }) => !of || administrator).map(({ name, text: words, icon: Icon }) => (
                  <li key={name}>
                    <Link href={`/settings/${name}`} aria-current={name === area ? "page" : undefined}><Icon /> {t(words)}</Link>
                  </li>
                ))}
              </ul>
            </div>
          ))}
        </nav>
        <div className="stack settings-area">
          {Screen && permitted ? (
            <Suspense fallback={<Skeleton lines={8} />}><Screen /></Suspense>
          ) : (
            <Empty title={wanted ? t("edit.notPermitted") : t("app.nowhere")}>
              {wanted ? t("common.notPermitted", { role: t("role.administrator") }) : t("app.nowhere.why")}
            </Empty>
          )}
        </div>
      </div>
    </>
  );
}
