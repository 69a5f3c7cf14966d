// Names as they are typed or pasted: what is one, what covers another.

/** The names in a text: separated by spaces, commas, semicolons or lines; addresses of pages are cut down to their host. */
export function namesIn(text: string): string[] {
  const found = text
    .split(/[\s,;]+/)
    .map((word) => word.replace(/^[a-z]+:\/\//i, "").replace(/\/.*$/, "").replace(/\.$/, "").toLowerCase())
    .filter(Boolean);
  return [...new Set(found)];
}

/** What is covered by a wildcard among the names already: `www.example.com` by `*.example.com`. */
export function coveredBy(names: readonly string[]): string[] {
  const wildcards = new Set(names.filter((name) => name.startsWith("*.")).map((name) => name.slice(2)));
  return names.filter((name) => !name.startsWith("*.") && wildcards.has(name.split(".").slice(1).join(".")));
}

/** What a wildcard does not cover and most want too: `example.com` for `*.example.com`. */
export function missingApexes(names: readonly string[]): string[] {
  return names.filter((name) => name.startsWith("*.")).map((name) => name.slice(2)).filter((apex) => !names.includes(apex));
}
