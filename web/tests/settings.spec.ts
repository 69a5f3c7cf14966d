// Settings: a window, a token that is shown once, a second factor set up by the pages.
import { readFileSync } from "node:fs";
import { authenticatorCode } from "./outside";
import { expect, signIn, test } from "./stage";

test("a maintenance window is made, chosen as the default, and taken away again", async ({ page, stage }) => {
  await page.goto("/settings/windows");
  await page.getByRole("button", { name: "Add a window" }).click();
  await page.getByRole("dialog").getByLabel("Name").fill("nights");
  await page.getByRole("dialog").getByLabel("Time zone").fill("Europe/Berlin");
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Europe/Berlin")).toBeVisible();
  await page.getByLabel("For certificates that say nothing else").selectOption("nights");
  await expect.poll(async () => (await stage.ask<{ window: string | null }>("GET", "/settings")).window).toBe("nights");
  await page.getByRole("button", { name: "Remove" }).first().click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await expect(page.getByText("There is no window")).toBeVisible();
});

test("a token is shown once, works, and is ended", async ({ page, stage }) => {
  await page.goto("/settings/tokens");
  await page.getByRole("button", { name: "New token" }).click();
  await page.getByLabel("What it is for").fill("monitoring");
  await page.getByRole("button", { name: "Make the token" }).click();
  const secret = (await page.locator(".once code").textContent())!;
  const asked = (path: string, method = "GET") =>
    fetch(`${stage.places.url}/api/v1${path}`, { method, headers: { authorization: `Bearer ${secret}` } }).then(({ status }) => status);
  expect(await asked("/certificates")).toBe(200);
  expect(await asked("/backups", "POST")).toBe(403);
  await page.reload();
  await expect(page.locator("b", { hasText: "monitoring" })).toBeVisible();
  await expect(page.getByText(secret)).toHaveCount(0);
  await page.getByRole("button", { name: "End monitoring" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "End", exact: true }).click();
  await expect(page.getByText("There is no token")).toBeVisible();
  expect(await asked("/certificates")).toBe(401);
});

test("a second factor is set up, with codes for the day it is lost", async ({ page, stage, browser }) => {
  await stage.ask("POST", "/users", { name: "bob", password: "nine herons in the reeds", role: "operator" });
  const context = await browser.newContext({ baseURL: stage.places.url });
  await signIn(context, stage, "bob", "nine herons in the reeds");
  const bob = await context.newPage();
  await bob.goto("/settings/account");
  await bob.getByRole("button", { name: "Set it up" }).click();
  await expect(bob.getByRole("img", { name: /QR code/ })).toBeVisible();
  const secret = (await bob.locator(".secret").textContent())!;
  await bob.getByLabel("The code that the app shows now").fill(authenticatorCode(secret));
  await bob.getByRole("button", { name: "Switch it on" }).click();
  await expect(bob.getByText("Codes for the day the app is lost")).toBeVisible();
  expect(await bob.locator(".codes li").count()).toBeGreaterThan(5);
  const saved = bob.waitForEvent("download");
  await bob.getByRole("link", { name: "Save as a file" }).click();
  expect(readFileSync(await (await saved).path(), "utf8")).toContain(await bob.locator(".codes li").first().textContent());
  await bob.getByRole("button", { name: "I have stored them" }).click();
  await expect(bob.getByText("A code is asked for when you sign in.")).toBeVisible();
  await expect(bob.locator(".codes")).toHaveCount(0);
  await bob.getByRole("button", { name: "New recovery codes" }).click();
  await bob.getByRole("dialog").getByLabel("Password").fill("no heron at all");
  await bob.getByRole("button", { name: "Make new codes" }).click();
  await expect(bob.getByRole("dialog").getByText(/is not the password/i)).toBeVisible();
  await bob.getByRole("dialog").getByLabel("Password").fill("nine herons in the reeds");
  await bob.getByRole("button", { name: "Make new codes" }).click();
  await expect(bob.locator(".codes li")).toHaveCount(10);
  await bob.getByRole("button", { name: "I have stored them" }).click();
  await context.close();
  // An operator is shown no users and no tokens; an administrator sees that bob has a second factor.
  await page.goto("/settings/users");
  const line = page.getByRole("listitem").filter({ has: page.locator("b", { hasText: "bob" }) });
  await expect(line).toContainText(/second factor, 10 recovery codes left/);
  await expect(line).toContainText("operator");
});

test("a backup is made and found to be whole", async ({ page }) => {
  await page.goto("/settings/backups");
  await page.getByRole("button", { name: "Make one now" }).click();
  await page.getByRole("button", { name: /^Check / }).first().click();
  await expect(page.getByText(/Whole and readable/)).toBeVisible();
});

test("whoever saves second is told what the first has changed, and loses nothing", async ({ page, context, stage }) => {
  const other = await context.newPage();
  await page.goto("/settings/renewal");
  await other.goto("/settings/renewal");
  await page.getByRole("radio", { name: "after a share of its lifetime" }).check();
  await page.getByLabel("Per cent of its lifetime").fill("50");
  await expect(page.getByText("renewed with 45 days left")).toBeVisible();
  await other.getByRole("switch", { name: /Ask another authority/ }).uncheck({ force: true });
  await other.getByRole("button", { name: "Save" }).click();
  await expect(other.getByText("Saved.")).toBeVisible();

  await page.getByRole("button", { name: "Save" }).click();
  const told = page.getByRole("alert");
  await expect(told).toContainText("Somebody else has changed it meanwhile");
  await expect(told).toContainText("Another authority: was Yes, is No");
  await expect(page.getByLabel("Per cent of its lifetime")).toHaveValue("50");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved.")).toBeVisible();
  const settings = await stage.ask<{ renewal: unknown; failover: boolean }>("GET", "/settings");
  expect(settings.renewal, "the second one's change").toEqual({ policy: "share", percent: 50 });
  expect(settings.failover, "the first one's change is still there").toBe(false);
});

test("a policy that is none is not sent, and says what to type", async ({ page }) => {
  await page.goto("/settings/renewal");
  await page.getByRole("radio", { name: "so long before it ends" }).check();
  await page.getByLabel("How long").fill("soon");
  await expect(page.getByText("This is no length of time. Write it as 30d or 36h.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Save" })).toHaveAttribute("aria-disabled", "true");
  await page.getByRole("button", { name: "Discard" }).click();
  await expect(page.getByRole("button", { name: "Discard" })).toHaveCount(0);
});

test("a user is added, changed by two at once, given a link, and deleted; the last administrator stays", async ({ page, stage, browser }) => {
  await page.goto("/settings/users");
  await page.getByRole("button", { name: "Add a user" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(/^Name/).fill("carol");
  await dialog.getByLabel(/^Password/).fill("short");
  await dialog.getByRole("button", { name: "Add" }).click();
  await expect(dialog.getByText(/Has fewer than 12 characters/)).toBeVisible();
  await dialog.getByLabel(/^Password/).fill("four owls on one branch");
  await dialog.getByRole("button", { name: "Add" }).click();
  await expect(dialog).toHaveCount(0);

  const menu = async (name: string, act: string) => {
    await page.getByRole("button", { name: `Actions of ${name}` }).click();
    await page.getByRole("menuitem", { name: act }).click();
  };
  await menu("carol", "Name and role");
  await dialog.getByLabel(/^Role/).selectOption("operator");
  // Somebody else, meanwhile.
  stage.command("user", "edit", "carol", "--rename", "caroline");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByRole("alert")).toContainText("Name: was carol, is caroline");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toHaveCount(0);
  expect(await stage.ask("GET", "/users/caroline"), "both changes").toMatchObject({ name: "caroline", role: "operator" });

  await menu("caroline", "One-time link");
  await dialog.getByRole("button", { name: "Make a link" }).click();
  const link = (await dialog.locator("code").textContent())!;
  await dialog.getByRole("button", { name: "Close" }).last().click();
  const hers = await (await browser.newContext()).newPage();
  await hers.goto(link);
  await expect(hers.getByRole("button", { name: "caroline" })).toBeVisible();
  await hers.goto(`${stage.places.url}/settings/users`);
  await expect(hers.getByRole("heading", { name: "You can look, but not change" })).toBeVisible();

  await menu("alice", "Name and role");
  await dialog.getByLabel(/^Role/).selectOption("viewer");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByText(/only administrator who can sign in/)).toBeVisible();
  await dialog.getByRole("button", { name: "Cancel" }).click();

  await menu("caroline", "Delete");
  await dialog.getByRole("button", { name: "Delete" }).click();
  await expect(page.getByText("caroline")).toHaveCount(0);
  // Her session ended with her.
  await hers.goto(stage.places.url);
  await expect(hers.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await hers.context().close();
});

test("one's own password is changed by whoever knows the old one; other sessions end", async ({ stage, browser }) => {
  await stage.ask("POST", "/users", { name: "dora", password: "nine herons in the reeds", role: "viewer" });
  const [here, there] = [await browser.newContext({ baseURL: stage.places.url }), await browser.newContext({ baseURL: stage.places.url })];
  await signIn(here, stage, "dora", "nine herons in the reeds");
  await signIn(there, stage, "dora", "nine herons in the reeds");
  const page = await here.newPage();
  await page.goto("/settings/account");
  const change = page.getByRole("button", { name: "Change the password" });
  await change.click();
  await page.getByLabel("Your password until now").fill("not this one");
  await page.getByLabel("New password").fill("ten storks in the reeds");
  await page.getByLabel("The same password again").fill("ten storks in the reed");
  await change.click();
  await expect(page.getByText("The two passwords differ.")).toBeVisible();
  await page.getByLabel("The same password again").fill("ten storks in the reeds");
  await change.click();
  await expect(page.getByText(/Is not the password/)).toBeVisible();
  await page.getByLabel("Your password until now").fill("nine herons in the reeds");
  await change.click();
  await expect(page.getByText("Changed.")).toBeVisible();
  expect((await there.request.get("/api/v1/certificates")).status()).toBe(401);
  expect((await here.request.get("/api/v1/certificates")).status()).toBe(200);
  await here.close();
  await there.close();
});
