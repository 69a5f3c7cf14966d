// Answers that are no success (RFC 9457): what was attempted, what the other side said, what to do.
import type { Failure, Refusal } from "@gen/api";
import { t } from "@/text";

/** An answer that is no success. Its message is what happened, for people. */
export class Problem extends Error {
  constructor(
    /** The last part of the problem's type: stable. */
    readonly kind: string,
    readonly status: number,
    detail: string,
    readonly remedy: string,
    /** Fields that were refused. */
    readonly refusals: readonly Refusal[] = [],
    readonly failure?: Failure,
    /** The whole document. */
    readonly document: Readonly<Record<string, unknown>> = {},
    readonly retryAfter?: number,
  ) {
    super(detail);
    this.name = "Problem";
  }

  /** Reads the document, which may be anything if a proxy answered instead of the service. */
  static from(response: Response, body: unknown): Problem {
    const document = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
    const text = (name: string) => (typeof document[name] === "string" ? (document[name] as string) : "");
    const kind = text("type").split(/[/:]/).pop() || "unreadable-answer";
    const after = Number.parseInt(response.headers.get("retry-after") ?? "", 10);
    return new Problem(
      kind,
      response.status,
      text("detail") || text("title") || t("problem.noWords", { status: response.status }),
      text("remedy"),
      Array.isArray(document.refusals) ? (document.refusals as Refusal[]) : [],
      document.failure as Failure | undefined,
      document,
      Number.isNaN(after) ? undefined : after,
    );
  }

  /** The complaint about this field, if there is one. */
  about(field: string): Refusal | undefined {
    return this.refusals.find((refusal) => refusal.field === field || refusal.field.startsWith(`${field}[`));
  }
}

/** The service did not answer at all. */
export function unreachable(): Problem {
  return new Problem("unreachable", 0, t("problem.unreachable"), t("problem.unreachable.remedy"));
}

/** Any error as a problem. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem("internal", 0, error instanceof Error ? error.message : String(error), t("problem.internal.remedy"));
}
