// What was typed and not saved, kept for this tab: looking elsewhere loses nothing. Secrets are not kept.
import { type Form, keepable } from "./form";

const PREFIX = "certwright.form.";

/** What was kept under this name, or nothing. */
export function kept(name: string): Form | undefined {
  try {
    const text = sessionStorage.getItem(PREFIX + name);
    return text ? (JSON.parse(text) as Form) : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps it. */
export function keep(name: string, form: Form): void {
  try {
    sessionStorage.setItem(PREFIX + name, JSON.stringify(keepable(form)));
  } catch {
    // Storage can be forbidden; then nothing is kept.
  }
}

/** Forgets it. */
export function forget(name: string): void {
  try {
    sessionStorage.removeItem(PREFIX + name);
  } catch {
    // Nothing was kept.
  }
}
