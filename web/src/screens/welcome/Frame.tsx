// The frame of what stands before signing in.
import type { ReactNode } from "react";
import "./welcome.css";
import { type Language, speak, spoken, t } from "@/text";

const LANGUAGES: [Language, string][] = [["en", "English"], ["de", "Deutsch"]];

export function Frame({ title, lead, children, before }: {
  title: string;
  lead?: string;
  children: ReactNode;
  /** Done before the page is shown anew in another language. */
  before?: () => void;
}) {
  return (
    <div className="alone">
      <main className="alone-card">
        <div className="alone-brand">
          <img src="/favicon.svg" alt="" />
          <span data-value>Certwright</span>
        </div>
        <div className="alone-head">
          <h1>{title}</h1>
          {lead && <p className="soft">{lead}</p>}
        </div>
        {children}
        <div className="alone-languages" role="group" aria-label={t("user.language")}>
          {LANGUAGES.map(([language, name]) => (
            <button key={language} type="button" lang={language} aria-pressed={spoken() === language} onClick={() => { before?.(); speak(language); }} data-value>{name}</button>
          ))}
        </div>
      </main>
    </div>
  );
}
