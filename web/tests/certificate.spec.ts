// One certificate and its runs: followed live, put right after a failure, rolled back, revoked, exported, deleted; log, events, audit.
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, PASSWORD, signIn, type Stage, test } from "./stage";

interface Run { id: string; state: string }
interface Version { id: string; facts: { serial: string } }

/** Asks for a version and waits until the run is over. */
async function obtained(stage: Stage, id: string): Promise<Run> {
  let run = await stage.ask<Run>("POST", `/certificates/${id}/request`, { force: true });
  await expect.poll(async () => (run = await stage.ask<Run>("GET", `/runs/${run.id}`)).state, { timeout: 40_000 }).toMatch(/done|failed/);
  // What it has queued is over as well, so that the next one can be asked for.
  await expect.poll(async () => (await stage.ask<{ live_run?: string }>("GET", `/certificates/${id}`)).live_run ?? "", { timeout: 40_000 }).toBe("");
  return run;
}

async function certificate(stage: Stage, identifiers: string[], more: object = {}): Promise<string> {
  const challenge = { type: "http-01-webroot", root: `${stage.places.nginx.folder}/www/others` };
  return (await stage.ask<{ id: string }>("POST", "/certificates", { identifiers, authority: "pebble", deployments: [], challenge, ...more })).id;
}

const versions = async (stage: Stage, id: string) => (await stage.ask<{ items: Version[] }>("GET", `/certificates/${id}/versions`)).items;

test("a run is followed step by step, is found again after a reload, and tells how long it took", async ({ page, stage }) => {
  const id = await certificate(stage, ["followed.example.test"]);
  await page.goto(`/certificates/${id}`);
  await page.getByRole("button", { name: "Request now" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Request now" }).click();
  await expect(page).toHaveURL(/\/activity\/runs\/run-/);
  await page.reload();
  await expect(page.getByRole("progressbar", { name: "9 of 9 steps" })).toBeVisible({ timeout: 40_000 });
  await expect(page.getByText("Pebble has validated followed.example.test").first()).toBeVisible();
  await page.getByText(/^Log of this run \(\d+ lines\)$/).click();
  await expect(page.getByRole("link", { name: "Every word that was exchanged" })).toBeVisible();
  await page.getByRole("link", { name: "To the certificate" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "followed.example.test" })).toBeVisible();
});

test("a run that goes on is cancelled, and leaves nothing", async ({ page, stage }) => {
  // A hundred names keep it busy for long enough.
  const id = await certificate(stage, Array.from({ length: 100 }, (_, index) => `n${index}.busy.example.test`));
  const run = await stage.ask<Run>("POST", `/certificates/${id}/request`, {});
  await page.goto(`/activity/runs/${run.id}`);
  await page.getByRole("button", { name: "Cancel it" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel it" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page.getByText("Cancelled", { exact: true }).first()).toBeVisible({ timeout: 40_000 });
  expect((await stage.ask<{ version?: string }>("GET", `/certificates/${id}`)).version ?? null).toBeNull();
});

test("what has failed is asked for again after a look at its plan", async ({ page, stage }) => {
  const id = await certificate(stage, ["blocked.example.test"], { name: "asked-again" });
  await page.goto(`/activity/runs/${(await obtained(stage, id)).id}`);
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("dialog").getByText(/Open an order/)).toBeVisible();
  await page.getByRole("dialog").getByRole("button", { name: "Request now" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page.getByText("Failed", { exact: true }).first()).toBeVisible({ timeout: 40_000 });
});

test("a refused name is left out by the button beside the failure", async ({ page, stage }) => {
  const id = await certificate(stage, ["good.example.test", "blocked.example.test"]);
  const run = await obtained(stage, id);
  expect(run.state).toBe("failed");
  await page.goto(`/activity/runs/${run.id}`);
  await page.getByRole("link", { name: "Leave out blocked.example.test" }).click();
  await expect(page.getByRole("button", { name: "Remove good.example.test" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Remove blocked.example.test" })).toHaveCount(0);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`/certificates/${id}$`));
  expect((await stage.ask<{ identifiers: string[] }>("GET", `/certificates/${id}`)).identifiers).toEqual(["good.example.test"]);
});

test("an earlier version is served again, and revoked", async ({ page, stage }) => {
  // Into a file: the site of the web server is another test's.
  const name = "rolled.example.test";
  const fullchain = `${stage.places.folder}/rolled.pem`;
  const id = await certificate(stage, [name], { deployments: [{ target: "files", settings: { fullchain } }] });
  const serialThere = () => new X509Certificate(readFileSync(fullchain)).serialNumber.toLowerCase().replace(/^0+/, "");
  expect((await obtained(stage, id)).state).toBe("done");
  expect((await obtained(stage, id)).state).toBe("done");
  const deployed = async () => (await stage.ask<{ deployments: { deployed: string; verified_at: string }[] }>("GET", `/certificates/${id}`)).deployments[0]?.deployed;
  const [newer, older] = await versions(stage, id);
  await expect.poll(deployed, { timeout: 30_000 }).toBe(newer!.id);
  expect(serialThere()).toBe(newer!.facts.serial.replace(/^0+/, ""));

  await page.goto(`/certificates/${id}/history`);
  await page.getByRole("button", { name: "Roll back to it" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Roll back to it" }).click();
  await expect.poll(deployed, { timeout: 30_000 }).toBe(older!.id);
  expect(serialThere()).toBe(older!.facts.serial.replace(/^0+/, ""));
  // It shows by itself: the second row is the one that is served now.
  const row = page.getByRole("listitem").filter({ has: page.getByRole("button", { name: "Revoke…" }) }).nth(1);
  await expect(row.getByText("served", { exact: true })).toBeVisible();
  await row.getByRole("button", { expanded: false }).first().click();
  await expect(row.getByText(older!.facts.serial)).toBeVisible();

  await row.getByRole("button", { name: "Revoke…" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText(/cannot be taken back/).first()).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Revoke", exact: true })).toBeDisabled();
  await dialog.getByLabel(`Type ${name} to revoke it`).fill(name);
  await dialog.getByRole("button", { name: "Revoke", exact: true }).click();
  await expect(page.getByText("revoked", { exact: true }).first()).toBeVisible({ timeout: 20_000 });
});

test("the chain is drawn, opens, and is saved; the key only on purpose", async ({ page, stage }) => {
  const id = await certificate(stage, ["chain.example.test"]);
  await obtained(stage, id);
  const [version] = await versions(stage, id);
  await page.goto(`/certificates/${id}`);
  const chain = page.getByRole("region").or(page.locator("section")).filter({ has: page.getByRole("heading", { name: "Chain" }) });
  await chain.getByRole("button", { name: /^chain\.example\.test/ }).click();
  await expect(chain.getByText(version!.facts.serial)).toBeVisible();
  const saved = page.waitForEvent("download");
  await chain.getByRole("button", { name: "Download chain" }).click();
  const pem = readFileSync(await (await saved).path(), "utf8");
  expect(pem.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  expect(pem).not.toContain("PRIVATE KEY");

  await chain.getByRole("link", { name: "Export…" }).click();
  await expect(page).toHaveURL(/do=export/);
  await page.getByRole("checkbox", { name: "The private key too" }).check();
  const files: string[] = [];
  page.on("download", (download) => files.push(download.suggestedFilename()));
  await page.getByRole("button", { name: "Download with the key" }).click();
  await expect.poll(() => files.sort()).toEqual(["chain.example.test-fullchain.pem", "chain.example.test-key.pem"]);
  // Going back closes the dialog, and the certificate is there still.
  await page.goBack();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.goto("/activity/audit?action=export");
  await expect(page.getByRole("link", { name: /^cert-/ }).or(page.getByRole("link", { name: "chain.example.test" })).first()).toBeVisible();
});

test("the log is searched, its lines have addresses, and both survive a reload", async ({ page, stage }) => {
  const id = await certificate(stage, ["logged.example.test"]);
  await obtained(stage, id);
  await page.goto(`/certificates/${id}/log`);
  const log = page.getByRole("list", { name: "Log" });
  await expect(log.getByText(/^> POST/).first()).toBeAttached();
  await page.getByLabel("Show").selectOption("done");
  await expect(log.getByText(/^> POST/)).toHaveCount(0);
  await page.getByLabel("Only lines with").fill("validated");
  await expect(page).toHaveURL(/q=validated/);
  await page.reload();
  await expect(log.getByRole("listitem")).toHaveCount(3);
  await page.getByLabel("Only lines with").fill("");
  await log.getByRole("link").nth(3).click();
  await expect(page).toHaveURL(/at=2/);
  await page.reload();
  await expect(log.locator("li.sought")).toBeInViewport();
  await expect(page.getByRole("switch", { name: "Follow" })).not.toBeChecked();
});

test("events come as they happen, and the audit shows values before and after", async ({ page, stage }) => {
  const id = await certificate(stage, ["told.example.test"]);
  await page.goto(`/activity/events?certificate=${id}`);
  await expect(page.getByRole("button", { name: /^Only told\.example\.test/ })).toBeVisible();
  await obtained(stage, id);
  await expect(page.getByText(/Pebble has validated told\.example\.test/).first()).toBeVisible();
  await page.getByRole("link", { name: "Runs" }).click();
  await expect(page.getByRole("link", { name: "Obtain" })).toBeVisible();

  const { revision } = await stage.ask<{ revision: number }>("GET", `/certificates/${id}`);
  expect(revision).toBeGreaterThan(0);
  await page.goto(`/certificates/${id}/edit`);
  await page.getByRole("button", { name: /Authority, key, renewal/ }).click();
  await page.getByLabel("Notes").fill("seen by the audit");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`/certificates/${id}$`));
  await page.goto(`/activity/audit?who=${encodeURIComponent("user alice")}`);
  const line = page.getByRole("listitem").filter({ hasText: "notes" }).first();
  await line.getByRole("button", { expanded: false }).click();
  await expect(line.getByRole("row", { name: /notes.*seen by the audit/ })).toBeVisible();
  // Before the day of tomorrow there is everything, before a day of long ago nothing.
  await page.getByLabel("To day").fill("2020-01-01");
  await expect(page.getByText("Nothing like this was done.")).toBeVisible();
  await page.getByRole("button", { name: "Clear filters" }).click();
  await expect(page.getByLabel("Who")).toHaveValue("");
});

test("a viewer looks at everything and is offered nothing that would be refused", async ({ browser, stage }) => {
  const id = await certificate(stage, ["looked.example.test"]);
  await obtained(stage, id);
  await stage.ask("POST", "/users", { name: "vera", password: PASSWORD, role: "viewer" });
  const context = await browser.newContext({ baseURL: stage.places.url });
  await signIn(context, stage, "vera");
  const page = await context.newPage();
  // Not even by an address that opens a dialog.
  await page.goto(`/certificates/${id}?do=delete`);
  await expect(page.getByRole("link", { name: "What would be done" })).toBeVisible();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  for (const tab of ["", "/names", "/deployment", "/plan", "/history", "/advanced", "/log"]) {
    await page.goto(`/certificates/${id}${tab}`);
    await expect(page.getByRole("heading", { level: 1, name: "looked.example.test" })).toBeVisible();
    await expect(page.locator(".skeleton")).toHaveCount(0);
    for (const name of ["Edit", "Export…", "Revoke…", "Renew now", "Test"]) {
      await expect(page.getByRole("button", { name, exact: true }).or(page.getByRole("link", { name, exact: true })), `${name} at ${tab}`).toHaveCount(0);
    }
  }
  await page.goto(`/certificates/${id}/advanced`);
  await expect(page.getByRole("button", { name: "Fetch…" })).toBeDisabled();
  await context.close();
});

test("deleting says line by line what goes and what stays", async ({ page, stage }) => {
  const id = await certificate(stage, ["going.example.test"]);
  await page.goto(`/certificates/${id}`);
  await page.getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name: "Delete…" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("listitem")).toHaveCount(4);
  await dialog.getByRole("button", { name: "Delete" }).click();
  await expect(page).toHaveURL(/\/certificates$/);
  await page.goto(`/certificates/${id}`);
  await expect(page.getByRole("heading", { name: "There is no such certificate" })).toBeVisible();
});
