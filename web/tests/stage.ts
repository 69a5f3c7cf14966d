// The servers of a test file: started with it, ended with it. What the pages do is done by the browser; what is only a
// means (users, many certificates) is asked of the API directly.
import { type BrowserContext, expect, type Page, test as base } from "@playwright/test";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

/** Where everything is; see `tests/examples/gui_stage`. */
export interface Places {
  url: string;
  binary: string;
  data: string;
  folder: string;
  log: string;
  nginx: { folder: string; http: number; https: number };
}

export const PASSWORD = "seven lanterns above the quay";

export class Stage {
  private constructor(readonly places: Places, private readonly process: ChildProcess) {}

  static async open(): Promise<Stage> {
    const program = process.env.CERTWRIGHT_GUI_STAGE;
    if (!program) throw new Error("CERTWRIGHT_GUI_STAGE names no program; run: cargo xtask test --suite gui");
    const child = spawn(program, { stdio: ["pipe", "pipe", "inherit"] });
    for await (const line of createInterface({ input: child.stdout! })) {
      return new Stage(JSON.parse(line) as Places, child);
    }
    throw new Error("the stage ended before it said where it is");
  }

  /** Ends the servers and waits until they are gone. */
  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.stdin!.end();
    await ended;
  }

  /** Asks the API with the token that the service keeps for its own machine. */
  async ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const token = readFileSync(`${this.places.data}/api-token`, "utf8").trim();
    const answer = await fetch(`${this.places.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text ? JSON.parse(text) : undefined) as T;
  }

  /** Runs the command line on this service. */
  command(...words: string[]): string {
    return execFileSync(this.places.binary, words, {
      env: { ...process.env, CERTWRIGHT_DATA_DIR: this.places.data },
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  /** Makes the first administrator, as the one-time link does it. */
  async administrator(name = "alice"): Promise<void> {
    const { path } = await this.ask<{ path: string }>("POST", "/links", {});
    const code = decodeURIComponent(path.split("code=")[1]!);
    const answer = await fetch(`${this.places.url}/api/v1/setup`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: this.places.url },
      body: JSON.stringify({ code, name, password: PASSWORD }),
    });
    expect(answer.status, await answer.text()).toBe(200);
  }

  /** An account at the authority `pebble`. */
  async account(): Promise<void> {
    this.command("account", "create", "--ca", "pebble", "--contact", "admin@example.test", "--agree-terms");
  }
}

/** Signs a browser in, by the form's own request. */
export async function signIn(context: BrowserContext, stage: Stage, name = "alice", password = PASSWORD): Promise<void> {
  const answer = await context.request.post(`${stage.places.url}/api/v1/session`, {
    data: { name, password },
    headers: { origin: stage.places.url },
  });
  expect(answer.status(), await answer.text()).toBe(200);
}

/** What a page must not do: errors, and what its content security policy forbids. */
function watch(page: Page, complaints: string[]): void {
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() !== "error") return;
    // A refused request, and one to an authority that does not answer, are answers that the page shows and no faults of it.
    if (/Failed to load resource.*status of (4\d\d|502)/.test(message.text())) return;
    complaints.push(`console: ${message.text()}`);
  });
}

interface Fixtures {
  /** Complaints of all pages of the test; there must be none at its end. */
  complaints: string[];
  context: BrowserContext;
}

interface WorkerFixtures {
  stage: Stage;
}

/** A stage with the administrator alice, who is signed in. */
export const test = base.extend<Fixtures, WorkerFixtures>({
  stage: [
    async ({}, use) => {
      const stage = await Stage.open();
      await stage.administrator();
      await stage.account();
      await use(stage);
      await stage.close();
    },
    { scope: "worker", timeout: 60_000 },
  ],
  complaints: async ({}, use) => {
    const complaints: string[] = [];
    await use(complaints);
    expect(complaints).toEqual([]);
  },
  context: async ({ context, stage, complaints }, use) => {
    context.on("page", (page) => watch(page, complaints));
    await signIn(context, stage);
    await use(context);
  },
  baseURL: async ({ stage }, use) => use(stage.places.url),
});

/** For tests that begin with an empty service: a stage of the test's own, which ends after the pages that listen to it. */
export const bare = base.extend<Pick<Fixtures, "complaints"> & { fresh: Stage }>({
  complaints: [
    async ({ context }, use) => {
      const complaints: string[] = [];
      context.on("page", (page) => watch(page, complaints));
      await use(complaints);
      expect(complaints).toEqual([]);
    },
    { auto: true },
  ],
  fresh: [
    async ({ context }, use) => {
      const stage = await Stage.open();
      await use(stage);
      await context.close();
      await stage.close();
    },
    { timeout: 60_000 },
  ],
});

export { expect };
