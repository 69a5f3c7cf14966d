// The parts of a screen, each at an address of its own.
import { useEffect, useRef } from "react";
import { Link } from "wouter";

export function Tabs({ label, tabs, current }: {
  label: string;
  tabs: readonly (readonly [name: string, to: string, words: string])[];
  current: string | undefined;
}) {
  const list = useRef<HTMLUListElement>(null);
  // On a phone the one that is looked at may stand beyond the edge. Only the row is moved, never the page.
  useEffect(() => {
    const row = list.current;
    const tab = row?.querySelector<HTMLElement>("[aria-current=page]");
    if (row && tab) row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
  }, [current]);
  return (
    <nav aria-label={label}>
      <ul className="tabs" ref={list}>
        {tabs.map(([name, to, words]) => (
          <li key={name}><Link href={to} aria-current={name === current ? "page" : undefined}>{words}</Link></li>
        ))}
      </ul>
    </nav>
  );
}
