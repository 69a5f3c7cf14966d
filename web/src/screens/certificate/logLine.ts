// A line of a log, taken apart: its moment, what kind of line it is, its words.

export const SHOWS = ["all", "done", "exchanged"] as const;

export type LineKind = "asked" | "answered" | "failed" | "told";

export interface LogLine {
  /** The whole line as it was written. */
  line: string;
  at: string;
  text: string;
  kind: LineKind;
}

export function read(line: string): LogLine {
  const [, at = "", text = line] = /^(\d{4}-\S+Z) ?(.*)$/s.exec(line) ?? [];
  const kind: LineKind = text.startsWith("> ") ? "asked" : text.startsWith("< ") ? "answered" : /^Could not |: failed(:|$)/.test(text) ? "failed" : "told";
  return { line, at, text, kind };
}
