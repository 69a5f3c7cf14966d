// Tells the page that the service no longer knows who asks.
const listeners = new Set<() => void>();

/** Called where the service answered that nobody is signed in. */
export function isSignedOut(): void {
  for (const listener of listeners) listener();
}

/** Calls back when the session has ended. Returns the way to stop that. */
export function onSignedOut(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
