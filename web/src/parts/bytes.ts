// Sizes of files, as people write them.
import { locale } from "@/text";

/** A number of bytes in kilobytes, megabytes or gigabytes. */
export function bytesInWords(bytes: number): string {
  const [unit, size] = bytes >= 1e9 ? ["gigabyte", 1e9] as const : bytes >= 1e6 ? ["megabyte", 1e6] as const : ["kilobyte", 1e3] as const;
  return new Intl.NumberFormat(locale(), { style: "unit", unit, maximumFractionDigits: 1 }).format(bytes / size);
}
