// Who is signed in, and what that person may do.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { SessionState } from "@gen/api";
import { createContext, type ReactNode, useContext, useEffect } from "react";
import { answer, api } from "@/api/client";
import { onSignedOut } from "@/api/signedOut";

export type Role = "viewer" | "operator" | "administrator";

const RANK: Record<Role, number> = { viewer: 0, operator: 1, administrator: 2 };
const SESSION = ["session"];

const Current = createContext<SessionState | undefined>(undefined);

/** Asks who is signed in. */
export function useSessionQuery() {
  const queries = useQueryClient();
  useEffect(() => onSignedOut(() => void queries.invalidateQueries({ queryKey: SESSION })), [queries]);
  return useQuery({ queryKey: SESSION, queryFn: () => answer(api.GET("/api/v1/session")), staleTime: 60_000 });
}

/** Puts down who is signed in from now on, and forgets what somebody else may have seen. */
export function useSignedIn() {
  const queries = useQueryClient();
  return (session: SessionState) => {
    queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION[0] });
    queries.setQueryData(SESSION, session);
  };
}

/** Gives the session to everything below. */
export function SessionProvider({ session, children }: { session: SessionState; children: ReactNode }) {
  return <Current value={session}>{children}</Current>;
}

/** The person who is signed in. */
export function useUser() {
  const user = useContext(Current)?.user;
  if (!user) throw new Error("a screen without a session");
  return user;
}


/** Whether the person may do what needs this role. */
export function useMay(role: Role): boolean {
  return RANK[useUser().role as Role] >= RANK[role];
}
