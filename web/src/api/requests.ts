// Asking for a new version of one certificate.
import type { CertificateRequest, Run } from "@gen/api";
import { answer, api, onceKey } from "./client";

/** Asks, and answers with the run that was started; what is asked for again because no answer came has the same key. */
export function requestCertificate(certificate: string, body: CertificateRequest = { force: false }, key = onceKey()): Promise<Run> {
  return answer(
    api.POST("/api/v1/certificates/{certificate}/request", {
      params: { path: { certificate }, header: { "Idempotency-Key": key } },
      body,
    }),
  );
}
