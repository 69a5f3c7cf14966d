// The one way to the service: typed by its OpenAPI document, with errors as problems.
import createClient from "openapi-fetch";
import type { paths } from "@gen/api";
import { Problem, unreachable } from "./problem";
import { isSignedOut } from "./signedOut";

/** Every path of the API. Give the promise to [`answer`]. */
export const api = createClient<paths>({ baseUrl: "", credentials: "same-origin" });

type Fetched<T> = Promise<{ data?: T; error?: unknown; response: Response }>;

async function settled<T>(asked: Fetched<T>) {
  let got: Awaited<Fetched<T>>;
  try {
    got = await asked;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw unreachable();
  }
  if (!got.response.ok) {
    const problem = Problem.from(got.response, got.error);
    if (problem.kind === "unauthorized") isSignedOut();
    throw problem;
  }
  return got;
}

/** What the service answered, or a [`Problem`] is thrown. */
export async function answer<T>(asked: Fetched<T>): Promise<T> {
  return (await settled(asked)).data as T;
}

/** The same with the revision (ETag), which a change gives back by `If-Match`. */
export async function revised<T>(asked: Fetched<T>): Promise<{ value: T; revision: string }> {
  const { data, response } = await settled(asked);
  return { value: data as T, revision: response.headers.get("etag") ?? "" };
}

/** A key by which the service knows a repeated request, so that a retry starts nothing twice. */
export function onceKey(): string {
  return crypto.randomUUID();
}
