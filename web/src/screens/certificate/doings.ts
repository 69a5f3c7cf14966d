// The dialogs of a certificate by the words that open them.
export const DOINGS = [
  "request", "test", "deploy", "pause", "resume", "reset", "refetch", "revocation", "export", "revoke", "delete", "roll-back",
] as const;

export type Doing = (typeof DOINGS)[number];
