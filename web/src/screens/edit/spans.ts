// Lengths of time as people type them: 90d, 36h, 1d 12h.
const SIZES = { d: 86_400, h: 3_600, m: 60, s: 1 } as const;

/** Seconds, or nothing where it is no length of time. */
export function readSpan(text: string): number | undefined {
  const trimmed = text.trim().toLowerCase();
  if (/^\d+$/.test(trimmed)) return Number(trimmed) * SIZES.d;
  if (!/^(\d+\s*[dhms]\s*)+$/.test(trimmed)) return undefined;
  let seconds = 0;
  for (const [, number, unit] of trimmed.matchAll(/(\d+)\s*([dhms])/g)) seconds += Number(number) * SIZES[unit as keyof typeof SIZES];
  return seconds;
}

/** The shortest way to write it. */
export function writeSpan(seconds: number): string {
  const parts: string[] = [];
  let left = seconds;
  for (const [unit, size] of Object.entries(SIZES)) {
    if (left >= size) parts.push(`${Math.floor(left / size)}${unit}`);
    left %= size;
  }
  return parts.join(" ") || "0s";
}
