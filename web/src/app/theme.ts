// Light, dark, or as the system has it.
import { useSyncExternalStore } from "react";

export type Theme = "light" | "dark" | "system";

const STORED = "certwright.theme";
const system = matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

function stored(): Theme {
  try {
    const value = localStorage.getItem(STORED);
    return value === "light" || value === "dark" ? value : "system";
  } catch {
    return "system";
  }
}

function paint(): void {
  const dark = stored() === "dark" || (stored() === "system" && system.matches);
  document.documentElement.classList.toggle("pf-v6-theme-dark", dark);
  for (const listener of listeners) listener();
}

system.addEventListener("change", paint);
// Another tab chose.
addEventListener("storage", (event) => event.key === STORED && paint());

/** Chooses how the pages look. */
export function choose(theme: Theme): void {
  try {
    if (theme === "system") localStorage.removeItem(STORED);
    else localStorage.setItem(STORED, theme);
  } catch {
    // Without storage the choice lasts as long as nothing is painted anew.
  }
  paint();
}

/** The choice, kept up to date. */
export function useTheme(): Theme {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stored,
  );
}
