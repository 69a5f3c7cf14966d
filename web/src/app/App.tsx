// Who sees what: signing in first, then the screens, each loaded when it is opened.
import { lazy, Suspense, useEffect } from "react";
import { Redirect, Route, Switch, useLocation } from "wouter";
import { listen, unlisten } from "@/api/live";
import { Empty, LinkButton, Skeleton } from "@/parts/Page";
import { ProblemBox } from "@/parts/Trouble";
import { t } from "@/text";
import { ErrorBoundary } from "./ErrorBoundary";
import { SessionProvider, useSessionQuery } from "./session";
import { Shell } from "./Shell";

const SignIn = lazy(() => import("@/screens/welcome/SignIn"));
const Welcome = lazy(() => import("@/screens/welcome/Welcome"));
const Overview = lazy(() => import("@/screens/overview/Overview"));
const Certificates = lazy(() => import("@/screens/certificates/Certificates"));
const NewCertificate = lazy(() => import("@/screens/edit/NewCertificate"));
const EditCertificate = lazy(() => import("@/screens/edit/EditCertificate"));
const CertificateScreen = lazy(() => import("@/screens/certificate/CertificateScreen"));
const RunScreen = lazy(() => import("@/screens/activity/RunScreen"));
const Activity = lazy(() => import("@/screens/activity/Activity"));
const Authorities = lazy(() => import("@/screens/authorities/Authorities"));
const Targets = lazy(() => import("@/screens/targets/Targets"));
const Settings = lazy(() => import("@/screens/settings/Settings"));
const System = lazy(() => import("@/screens/system/System"));
const FirstRun = lazy(() => import("@/screens/first/FirstRun"));

export function App() {
  const session = useSessionQuery();
  const [location] = useLocation();
  const signedIn = session.data?.signed_in ?? false;
  useEffect(() => {
    if (!signedIn) return;
    listen();
    return unlisten;
  }, [signedIn]);

  if (!session.data) {
    return (
      <div className="alone">
        <main className="alone-card">
          <h1 className="alone-brand"><img src="/favicon.svg" alt="" /><span data-value>Certwright</span></h1>
          {session.error ? <ProblemBox error={session.error} retry={() => void session.refetch()} /> : <Skeleton />}
        </main>
      </div>
    );
  }
  if (location.startsWith("/welcome")) return <Suspended><Welcome session={session.data} /></Suspended>;
  if (!signedIn) return <Suspended><SignIn session={session.data} /></Suspended>;
  return (
    <SessionProvider session={session.data}>
      <Shell>
        <ErrorBoundary key={screenOf(location)}>
          <Suspense fallback={<Skeleton lines={8} />}>
            <Screens />
          </Suspense>
        </ErrorBoundary>
      </Shell>
    </SessionProvider>
  );
}

/** What stays the same while one moves inside of a screen, from tab to tab. */
function screenOf(location: string): string {
  return location.split("/", 3).join("/");
}

function Suspended({ children }: { children: React.ReactNode }) {
  return (
    <ErrorBoundary>
      <Suspense fallback={<div className="alone" />}>{children}</Suspense>
    </ErrorBoundary>
  );
}

function Screens() {
  return (
    <Switch>
      <Route path="/" component={Overview} />
      <Route path="/sign-in"><Redirect to="/" replace /></Route>
      <Route path="/first-run/:step?">{({ step }) => <FirstRun step={step} />}</Route>
      <Route path="/certificates" component={Certificates} />
      <Route path="/certificates/new" component={NewCertificate} />
      <Route path="/certificates/:id/edit">{({ id }) => <EditCertificate id={id} />}</Route>
      <Route path="/certificates/:id/:tab?">{({ id, tab }) => <CertificateScreen id={id} tab={tab} />}</Route>
      <Route path="/activity/runs/:id">{({ id }) => <RunScreen id={id} />}</Route>
      <Route path="/activity/:tab?">{({ tab }) => <Activity tab={tab} />}</Route>
      <Route path="/authorities/*?">{(rest) => <Authorities path={rest["*"] ?? ""} />}</Route>
      <Route path="/targets" component={Targets} />
      <Route path="/settings/:area?">{({ area }) => <Settings area={area} />}</Route>
      <Route path="/system" component={System} />
      <Route>
        <Empty page title={t("app.nowhere")} actions={<LinkButton to="/">{t("app.toOverview")}</LinkButton>}>
          {t("app.nowhere.why")}
        </Empty>
      </Route>
    </Switch>
  );
}
