// The service itself: counts, troubles, version.
import { useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";

/** The service as it is now; asked again each minute, because its troubles are no events. */
export function useService() {
  return useQuery({
    queryKey: ["service"],
    queryFn: () => answer(api.GET("/api/v1/service")),
    refetchInterval: 60_000,
  });
}
