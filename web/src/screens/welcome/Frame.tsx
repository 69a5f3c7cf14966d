// The frame of what stands before signing in.
import type { ReactNode } from "react";

export function Frame({ title, lead, children }: { title: string; lead?: string; children: ReactNode }) {
  return (
    <div className="alone">
      <main className="alone-card">
        <div className="alone-brand">
          <img src="/favicon.svg" alt="" />
          <span data-value>Certwright</span>
        </div>
        <div>
          <h1>{title}</h1>
          {lead && <p className="soft">{lead}</p>}
        </div>
        {children}
      </main>
    </div>
  );
}
