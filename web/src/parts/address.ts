// What a screen keeps in its address.

/** The address's words with these changed: set to what is given, left out where that is empty. */
export function withWords(before: URLSearchParams, words: Record<string, string | null | undefined>): URLSearchParams {
  const after = new URLSearchParams(before);
  for (const [name, value] of Object.entries(words)) {
    if (value) after.set(name, value);
    else after.delete(name);
  }
  return after;
}
