// What several screens read whole, each under one key: asked for once, and refreshed everywhere when it has changed.
import { useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";

/** All authorities that are known. */
export function useAuthorities() {
  return useQuery({ queryKey: ["authorities"], queryFn: () => answer(api.GET("/api/v1/authorities")) });
}

/** All accounts. */
export function useAccounts() {
  return useQuery({ queryKey: ["accounts"], queryFn: () => answer(api.GET("/api/v1/accounts")) });
}

/** What the directories of authorities in use answered. */
export function useProbes() {
  return useQuery({ queryKey: ["probes"], queryFn: () => answer(api.GET("/api/v1/probes")) });
}

/** How many certificates there are of what, without any filter. */
export function useCounts() {
  return useQuery({ queryKey: ["certificates", "summary", {}], queryFn: () => answer(api.GET("/api/v1/certificates/summary")) });
}

/** The sites of web servers on the service's machine. */
export function useSites() {
  return useQuery({ queryKey: ["sites"], queryFn: () => answer(api.GET("/api/v1/sites")) });
}

/** The kinds of targets with their forms, which are those of the program. */
export function useTargetKinds() {
  return useQuery({ queryKey: ["targets"], queryFn: () => answer(api.GET("/api/v1/targets")), staleTime: Infinity });
}

/** What an authority says of itself now, which it is asked for each time; not again within a minute. */
export function useTerms(authority: string) {
  return useQuery({
    queryKey: ["terms", authority],
    queryFn: () => answer(api.GET("/api/v1/authorities/{authority}/terms", { params: { path: { authority } } })),
    staleTime: 60_000,
    retry: false,
  });
}
