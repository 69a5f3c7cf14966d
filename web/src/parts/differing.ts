// What is not as it was: only that is sent, and only that is kept on top of what somebody else has saved.

/** Whether two values would be sent as the same. */
export const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/** The fields that are not as they were. */
export function differing<T extends object>(now: T, before: Partial<T>): Partial<T> {
  return Object.fromEntries(Object.entries(now).filter(([field, value]) => !same(value, before[field as keyof T]))) as Partial<T>;
}
