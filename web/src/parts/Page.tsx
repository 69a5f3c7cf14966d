// The head of a screen, cards, and what stands where there is nothing (yet).
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import CubesIcon from "@patternfly/react-icons/dist/esm/icons/cubes-icon";
import type { UseQueryResult } from "@tanstack/react-query";
import { type ComponentType, type ReactNode, useEffect } from "react";
import { Link } from "wouter";
import { t } from "@/text";
import { ProblemBox } from "./Trouble";

/** Title, where it belongs, and what can be done here. */
export function PageHead({ title, isName, above, lead, actions, badge }: {
  title: string;
  /** Whether the title is a name that nobody translates. */
  isName?: boolean;
  /** The screen above: its address and title, which may be a name that nobody translates. */
  above?: { to: string; title: string; isName?: boolean };
  lead?: ReactNode;
  actions?: ReactNode;
  badge?: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · Certwright`;
  }, [title]);
  return (
    <header className="page-head">
      <div className="grow">
        {above && (
          <nav aria-label={t("common.breadcrumb")} className="crumbs">
            <Link href={above.to} data-value={above.isName || undefined}>{above.title}</Link> <span aria-hidden>/</span>
          </nav>
        )}
        <div className="row">
          <h1 className="break" data-value={isName || undefined}>{title}</h1>
          {badge}
        </div>
        {lead && <p className="page-lead">{lead}</p>}
      </div>
      {actions && <div className="actions">{actions}</div>}
    </header>
  );
}

/** A card with a title. */
export function Card({ title, actions, children, flush, level = 2 }: {
  title?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  flush?: boolean;
  level?: 2 | 3;
}) {
  const Head = `h${level}` as const;
  return (
    <section className={`card ${flush ? "flush" : ""}`}>
      {(title || actions) && (
        <header>
          {title && <Head>{title}</Head>}
          {actions}
        </header>
      )}
      {children}
    </section>
  );
}

/** Lines that will be text in a moment. */
export function Skeleton({ lines = 4 }: { lines?: number }) {
  return (
    <div className="skeleton" role="status">
      <span className="unseen">{t("common.loading")}</span>
      {Array.from({ length: lines }, (_, line) => (
        <i key={line} />
      ))}
    </div>
  );
}

/** Nothing is here, why, and what to do. */
export function Empty({ title, children, actions, icon: Icon = CubesIcon, page }: {
  title: string;
  /** Whether it is the whole page. */
  page?: boolean;
  children?: ReactNode;
  actions?: ReactNode;
  icon?: ComponentType<{ className?: string }>;
}) {
  return (
    <div className="empty">
      <Icon className="picture" />
      {page ? <h1>{title}</h1> : <h2>{title}</h2>}
      {children && <p>{children}</p>}
      {actions && <div className="row">{actions}</div>}
    </div>
  );
}

/** What was asked for, once it is there; until then that it loads; else why not, with a way to ask again. */
export function Loaded<T>({ query, lines, children }: {
  query: Pick<UseQueryResult<T>, "data" | "error" | "refetch">;
  lines?: number;
  children: (value: T) => ReactNode;
}) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) return <ProblemBox error={query.error} retry={() => void query.refetch()} />;
  return <Skeleton lines={lines} />;
}

/** A button that is a link to another screen. */
export function LinkButton({ to, children, variant = "secondary", icon, size }: {
  to: string;
  children: ReactNode;
  variant?: "primary" | "secondary" | "link" | "tertiary";
  icon?: ReactNode;
  /** For rows of a list. */
  size?: "sm";
}) {
  return (
    <Link href={to} asChild>
      <Button variant={variant} icon={icon} size={size} component="a">
        {children}
      </Button>
    </Link>
  );
}

/** Facts, name by name. */
export function Facts({ facts }: { facts: (readonly [name: string, value: ReactNode] | false | null | undefined)[] }) {
  return (
    <dl className="facts">
      {facts.filter((fact): fact is readonly [string, ReactNode] => !!fact).map(([name, value]) => (
        <div key={name} style={{ display: "contents" }}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
