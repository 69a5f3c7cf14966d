// Words for people: ICU messages by id, one catalogue for a language, loaded when it is spoken.
import IntlMessageFormat, { type PrimitiveType } from "intl-messageformat";
import en from "./en";

/** The id of a message. The compiler knows them all. */
export type TextId = keyof typeof en;
/** A complete catalogue. */
export type Catalogue = Record<TextId, string>;
/** The languages; `pseudo` shows which text comes from no catalogue (for tests). */
export type Language = "en" | "de" | "pseudo";

const STORED = "certwright.language";
let catalogue: Catalogue = en;
let language: Language = "en";
let formats = new Map<string, IntlMessageFormat>();

/** The message in the chosen language, with its values put in. */
export function t(id: TextId, values?: Record<string, PrimitiveType>): string {
  const message = catalogue[id] ?? en[id] ?? id;
  if (!values && !message.includes("{") && !message.includes("'")) return message;
  let format = formats.get(id);
  if (!format) {
    format = new IntlMessageFormat(message, locale());
    formats.set(id, format);
  }
  return format.format(values ?? {}) as string;
}

/** The language that is spoken. */
export function spoken(): Language {
  return language;
}

/** For `Intl`: how dates and numbers are written. Numbers and dates of English are the browser's own kind of it. */
export function locale(): string {
  if (language === "de") return navigator.languages.find((tag) => tag.startsWith("de")) ?? "de";
  return navigator.languages.find((tag) => tag.startsWith("en")) ?? "en-GB";
}

function wanted(): Language {
  try {
    const stored = localStorage.getItem(STORED);
    if (stored === "en" || stored === "de" || stored === "pseudo") return stored;
  } catch {
    // Storage can be forbidden; then the browser's language decides.
  }
  return navigator.language.startsWith("de") ? "de" : "en";
}

/** Loads the chosen language, or the browser's. */
export async function loadLanguage(): Promise<void> {
  language = wanted();
  catalogue = language === "de" ? (await import("./de")).default : language === "pseudo" ? bracketed() : en;
  formats = new Map();
  document.documentElement.lang = language === "de" ? "de" : "en";
}

/** Chooses a language and shows the page anew in it. */
export function speak(chosen: Language): void {
  try {
    localStorage.setItem(STORED, chosen);
  } catch {
    return;
  }
  location.reload();
}

function bracketed(): Catalogue {
  const entries = Object.entries(en).map(([id, message]) => [id, `⟦${message}⟧`]);
  return Object.fromEntries(entries) as Catalogue;
}
