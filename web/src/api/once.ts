// What is sent again because nobody answered is done once; what was changed before is another request.
import { useRef } from "react";
import { onceKey } from "./client";

/**
 * Gives the `Idempotency-Key` for what is sent: the same for the same. An answer can be lost after the work was done, so
 * a failed try is no reason for another key; and the service forgets the key of what it refused.
 */
export function useOnce(): (sent: unknown) => string {
  const last = useRef({ sent: "", key: "" });
  return (sent) => {
    const text = JSON.stringify(sent);
    if (text !== last.current.sent) last.current = { sent: text, key: onceKey() };
    return last.current.key;
  };
}
