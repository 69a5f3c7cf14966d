// What can be done to several certificates at once.
import type { TextId } from "@/text";

export type Act = "renew" | "test" | "pause" | "resume" | "tag" | "delete";

export const ACT_WORDS: Record<Act, TextId> = {
  renew: "bulk.renew",
  test: "bulk.test",
  pause: "bulk.pause",
  resume: "bulk.resume",
  tag: "bulk.tag",
  delete: "bulk.delete",
};

/** How many are changed by one request: the service permits no more. */
export const AT_ONCE = 200;

/** The most that one dialog works through. */
export const MOST = 100_000;

/** The items in parts. */
export function parts<T>(items: readonly T[], size = AT_ONCE): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}
