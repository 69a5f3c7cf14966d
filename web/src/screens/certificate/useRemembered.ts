// A choice of how to look at something, kept in this browser.
import { useState } from "react";

export function useRemembered<T extends object>(name: string, first: T): [T, (value: T) => void] {
  const [value, setValue] = useState<T>(() => {
    try {
      return { ...first, ...(JSON.parse(localStorage.getItem(name) ?? "{}") as Partial<T>) };
    } catch {
      return first;
    }
  });
  const set = (next: T) => {
    setValue(next);
    try {
      localStorage.setItem(name, JSON.stringify(next));
    } catch {
      // Without storage the choice lasts as long as the page.
    }
  };
  return [value, set];
}
