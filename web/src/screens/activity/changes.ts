// What is different between two documents, value by value: `challenge.root` says more than the whole challenge twice.
import type { AuditLine } from "@gen/api";

export interface Change {
  path: string;
  before: string | undefined;
  after: string | undefined;
}

/** Values of a document by their path; lists of plain values stay together. */
function flat(value: unknown, path: string, into: Map<string, string>): void {
  if (value === null || value === undefined) return;
  if (Array.isArray(value) && value.some((one) => typeof one === "object" && one !== null)) {
    value.forEach((one, index) => flat(one, `${path}[${index + 1}]`, into));
  } else if (Array.isArray(value)) {
    if (value.length) into.set(path, value.map(String).join(", "));
  } else if (typeof value === "object") {
    for (const [name, one] of Object.entries(value)) flat(one, path ? `${path}.${name}` : name, into);
  } else if (value !== "") {
    into.set(path, String(value));
  }
}

/** What differs, in the order of its names. What is empty before and after is left out. */
export function changesOf({ before, after }: Pick<AuditLine, "before" | "after">): Change[] {
  const [was, is] = [new Map<string, string>(), new Map<string, string>()];
  flat(before, "", was);
  flat(after, "", is);
  return [...new Set([...was.keys(), ...is.keys()])]
    .sort()
    .map((path) => ({ path, before: was.get(path), after: is.get(path) }))
    .filter((change) => change.before !== change.after);
}
