// The frame: where one is, where one can go, whether what is shown is fresh, and who is signed in.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import BarsIcon from "@patternfly/react-icons/dist/esm/icons/bars-icon";
import BellIcon from "@patternfly/react-icons/dist/esm/icons/stream-icon";
import CertificateIcon from "@patternfly/react-icons/dist/esm/icons/certificate-icon";
import CogIcon from "@patternfly/react-icons/dist/esm/icons/cog-icon";
import LandmarkIcon from "@patternfly/react-icons/dist/esm/icons/university-icon";
import HeartbeatIcon from "@patternfly/react-icons/dist/esm/icons/heartbeat-icon";
import SearchIcon from "@patternfly/react-icons/dist/esm/icons/search-icon";
import ServerIcon from "@patternfly/react-icons/dist/esm/icons/server-icon";
import TachometerAltIcon from "@patternfly/react-icons/dist/esm/icons/tachometer-alt-icon";
import { type ComponentType, type ReactNode, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { Link, useLocation } from "wouter";
import { currentConnection, onConnection } from "@/api/live";
import { t, type TextId } from "@/text";
import { Palette } from "./Palette";
import { useService } from "./service";
import { useUser } from "./session";
import { UserMenu } from "./UserMenu";

const PLACES: { to: string; text: TextId; icon: ComponentType }[] = [
  { to: "/", text: "nav.overview", icon: TachometerAltIcon },
  { to: "/certificates", text: "nav.certificates", icon: CertificateIcon },
  { to: "/activity", text: "nav.activity", icon: BellIcon },
  { to: "/authorities", text: "nav.authorities", icon: LandmarkIcon },
  { to: "/targets", text: "nav.targets", icon: ServerIcon },
  { to: "/settings", text: "nav.settings", icon: CogIcon },
  { to: "/system", text: "nav.system", icon: HeartbeatIcon },
];

export function Shell({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState(false);
  const [palette, setPalette] = useState(false);
  const [location] = useLocation();
  const content = useRef<HTMLElement>(null);
  const first = useRef(true);

  // Another screen begins at its top, for the eye and for who listens; a tab within a screen does not.
  const screen = location.split("/").slice(0, 3).join("/");
  useEffect(() => {
    setOpen(false);
    if (first.current) first.current = false;
    else content.current?.focus({ preventScroll: false });
  }, [screen]);

  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setPalette((shown) => !shown);
      }
      if (event.key === "Escape") setOpen(false);
    };
    addEventListener("keydown", key);
    return () => removeEventListener("keydown", key);
  }, []);

  return (
    <div className={`shell ${open ? "open" : ""}`}>
      <a className="shell-skip" href="#content" onClick={(event) => { event.preventDefault(); content.current?.focus(); }}>
        {t("nav.skip")}
      </a>
      <Bar location={location} />
      <button type="button" className="shell-veil" aria-label={t("nav.close")} onClick={() => setOpen(false)} />
      <div className="shell-main">
        <header className="shell-head">
          <Button className="shell-menu" variant="plain" icon={<BarsIcon />} aria-label={t("nav.open")} aria-expanded={open}
            onClick={() => setOpen(true)} />
          <button type="button" className="shell-search" onClick={() => setPalette(true)}>
            <SearchIcon />
            <span>{t("palette.hint")}</span>
            <kbd className="end" aria-hidden data-value>Ctrl K</kbd>
          </button>
          <span className="end" />
          <UserMenu />
        </header>
        <Banners />
        <main id="content" className="shell-content" tabIndex={-1} ref={content}>
          {children}
        </main>
      </div>
      {palette && <Palette close={() => setPalette(false)} places={PLACES} />}
    </div>
  );
}

function Bar({ location }: { location: string }) {
  const service = useService();
  const grave = (service.data?.certificates ?? [])
    .filter(({ health }) => health === "error" || health === "invalid" || health === "waiting-for-person")
    .reduce((sum, { number }) => sum + number, 0);
  const troubles = service.data?.troubles?.length ?? 0;
  const counts: Record<string, [number, TextId]> = {
    "/certificates": [grave, "nav.grave"],
    "/system": [troubles, "nav.troubles"],
  };
  const isAt = (to: string) => (to === "/" ? location === "/" : location === to || location.startsWith(`${to}/`));
  return (
    <nav className="shell-bar" aria-label={t("nav.main")}>
      <Link className="shell-brand" href="/">
        <img src="/favicon.svg" alt="" />
        <span data-value>Certwright</span>
      </Link>
      <ul className="shell-nav">
        {PLACES.map(({ to, text, icon: Icon }) => {
          const [number, words] = counts[to] ?? [0, "nav.grave"];
          return (
            <li key={to}>
              <Link href={to} aria-current={isAt(to) ? "page" : undefined}>
                <Icon />
                {t(text)}
                {number > 0 && (
                  <span className="count bad">
                    <span data-value>{number}</span>
                    <span className="unseen">{t(words)}</span>
                  </span>
                )}
              </Link>
            </li>
          );
        })}
      </ul>
      <div className="shell-foot">
        {service.data && <span>{t("nav.version", { version: service.data.version })}</span>}
      </div>
    </nav>
  );
}

/** What concerns every screen: no connection, a service in trouble, somebody who may only look. */
function Banners() {
  const connection = useSyncExternalStore(onConnection, currentConnection);
  const service = useService();
  const user = useUser();
  // A restart takes a second or two; only what lasts is told.
  const [late, setLate] = useState(false);
  useEffect(() => {
    setLate(false);
    if (connection !== "lost") return;
    const timer = setTimeout(() => setLate(true), 2_000);
    return () => clearTimeout(timer);
  }, [connection]);
  const trouble = service.data?.troubles?.[0];
  return (
    <div role="status">
      {late && <p className="shell-banner bad">{t("app.offline")}</p>}
      {trouble && (
        <p className="shell-banner bad">
          <span data-value>{trouble.words}</span> <Link href="/system">{t("app.lookAtSystem")}</Link>
        </p>
      )}
      {user.role === "viewer" && <p className="shell-banner warn">{t("app.readOnly")}</p>}
    </div>
  );
}
