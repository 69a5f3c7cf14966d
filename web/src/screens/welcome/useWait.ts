// How long a name has to wait after too many tries, running down second by second.
import { useEffect, useState } from "react";

export function useWait() {
  const [held, setHeld] = useState<{ name: string; until: number }>();
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!held) return;
    const timer = setInterval(() => {
      setNow(Date.now());
      if (Date.now() >= held.until) setHeld(undefined);
    }, 1_000);
    return () => clearInterval(timer);
  }, [held]);
  return {
    /** Whole seconds that are left; 0 when it need not wait. */
    left: (name: string) =>
      held && held.name.toLocaleLowerCase() === name.toLocaleLowerCase() ? Math.max(0, Math.ceil((held.until - now) / 1_000)) : 0,
    hold: (name: string, seconds: number) => {
      setNow(Date.now());
      setHeld({ name, until: Date.now() + seconds * 1_000 });
    },
  };
}
