// A command as people write it and as it is run: words, with quotes where a word holds a space. No shell reads it.

/** The words, or nothing while a quote is open. */
export function splitCommand(text: string): string[] | undefined {
  const words: string[] = [];
  let word = "";
  let open = "";
  let begun = false;
  for (const sign of text) {
    if (open) {
      if (sign === open) open = "";
      else word += sign;
    } else if (sign === "'" || sign === '"') {
      open = sign;
      begun = true;
    } else if (/\s/.test(sign)) {
      if (begun) words.push(word);
      word = "";
      begun = false;
    } else {
      word += sign;
      begun = true;
    }
  }
  if (open) return undefined;
  if (begun) words.push(word);
  return words;
}

/** The words as one would write them. */
export function joinCommand(words: readonly string[]): string {
  return words.map(quoted).join(" ");
}

/** A word that a POSIX shell reads as this word. */
export function quoted(word: string): string {
  if (/^[\w@%+=:,./*-]+$/.test(word) && !word.includes("*")) return word;
  return `'${word.replaceAll("'", `'"'"'`)}'`;
}
