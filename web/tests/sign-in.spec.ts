// Coming in: the first administrator by a link, names and passwords, the second factor, what a viewer may not.
import type { Page } from "@playwright/test";
import { authenticatorCode } from "./outside";
import { bare, expect, PASSWORD, Stage } from "./stage";

async function typed(page: Page, name: string, password: string): Promise<void> {
  await page.getByLabel("User name").fill(name);
  await page.getByLabel(/^Password/).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

async function signOut(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
}

let stage: Stage;
bare.beforeAll(async () => {
  stage = await Stage.open();
});
bare.afterAll(async () => {
  await stage.close();
});

bare("from the first link to a second factor", async ({ page, context, browser }) => {
  await page.goto(stage.places.url);
  await expect(page.getByRole("heading", { name: "Nobody can sign in yet" })).toBeVisible();

  const link = stage.command("gui", "--print").trim();
  await page.goto(link);
  await expect(page.getByRole("heading", { name: "Welcome to Certwright" })).toBeVisible();
  expect(page.url(), "the code leaves the address").not.toContain("code=");
  await page.getByLabel("Your name here").fill("alice");
  await page.getByLabel(/^Password/).fill("password1234");
  await page.getByLabel("The same password again").fill("password1234");
  await page.getByRole("button", { name: "Begin" }).click();
  await expect(page.getByText("is one of the commonest passwords")).toBeVisible();
  await page.getByLabel(/^Password/).fill(PASSWORD);
  await page.getByLabel("The same password again").fill(PASSWORD);
  await page.getByRole("button", { name: "Begin" }).click();
  await expect(page).toHaveURL(/\/first-run$/);
  const [cookie] = await context.cookies();
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Strict" });

  const late = await (await browser.newContext()).newPage();
  await late.goto(link);
  await expect(late.getByRole("heading", { name: /This link was used already/ })).toBeVisible();
  await late.context().close();

  await page.goto(stage.places.url);
  await signOut(page, "alice");
  await typed(page, "alice", "not the right one");
  await expect(page.getByRole("alert")).toHaveText("Name or password is not right.");
  await typed(page, "alice", PASSWORD);
  await expect(page.getByRole("button", { name: "alice" })).toBeVisible();

  const origin = { origin: stage.places.url };
  const proposed = await context.request.post(`${stage.places.url}/api/v1/session/totp`, { headers: origin });
  const { secret } = (await proposed.json()) as { secret: string };
  const enabled = await context.request.put(`${stage.places.url}/api/v1/session/totp`, { headers: origin, data: { code: authenticatorCode(secret) } });
  const { recovery_codes: recovery } = (await enabled.json()) as { recovery_codes: string[] };
  await signOut(page, "alice");
  await typed(page, "alice", PASSWORD);
  const code = page.getByLabel("Code of your authenticator app");
  await code.fill("000000");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toContainText("This code is not right");
  // The next step's code is good already: clocks differ.
  await code.fill(authenticatorCode(secret, 1));
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("button", { name: "alice" })).toBeVisible();
  await signOut(page, "alice");
  await typed(page, "alice", PASSWORD);
  await code.fill(recovery[0]!);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("button", { name: "alice" })).toBeVisible();

  // Ended elsewhere, the page asks to sign in again, by itself.
  const [session] = JSON.parse(stage.command("session", "list", "--json")).items as { id: string }[];
  stage.command("session", "end", session!.id);
  await page.goto(`${stage.places.url}/certificates`);
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
});

bare("a viewer sees everything and is offered no change; guessing ends in a wait", async ({ page }) => {
  await stage.ask("POST", "/users", { name: "vera", password: PASSWORD, role: "viewer" });
  await page.goto(`${stage.places.url}/certificates`);
  await typed(page, "vera", PASSWORD);
  await expect(page.getByRole("button", { name: "vera" })).toBeVisible();
  await expect(page).toHaveURL(/\/certificates/);
  await expect(page.getByRole("heading", { name: "Certificates", exact: true })).toBeVisible();
  await expect(page.getByRole("link", { name: "New certificate" })).toHaveCount(0);
  await signOut(page, "vera");
  for (let tries = 0; tries < 5; tries += 1) {
    const refused = page.waitForResponse((response) => response.url().endsWith("/session") && response.request().method() === "POST");
    await typed(page, "vera", `guess number ${tries}`);
    expect((await refused).status()).toBe(401);
  }
  await typed(page, "vera", PASSWORD);
  await expect(page.getByRole("alert")).toContainText("Too many tries");
  // The button counts the wait down. Somebody else need not wait.
  await expect(page.getByRole("button", { name: /^Wait \d+:\d\d$/ })).toBeDisabled();
  await page.getByLabel("User name").fill("alice");
  await expect(page.getByRole("button", { name: "Sign in" })).toBeEnabled();
  // The machine itself stays open.
  await page.goto(stage.command("gui", "--print", "--user", "vera").trim());
  await expect(page.getByRole("button", { name: "vera" })).toBeVisible();
});
