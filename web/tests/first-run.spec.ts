// From the one-time link of the first start to a certificate that is served, by the pages alone.
import { issuer } from "./outside";
import { bare as test, expect, PASSWORD, signIn } from "./stage";

test("a link, a password, an authority, a site: served", async ({ page, fresh: stage }) => {
  test.setTimeout(120_000);
  // Whoever comes without a link is told how to get one.
  await page.goto(stage.places.url);
  await expect(page.getByText("certwright gui")).toBeVisible();
  const { path } = await stage.ask<{ path: string }>("POST", "/links", {});
  await page.goto(stage.places.url + path);
  await page.getByLabel("Your name here").fill("alice");
  await page.getByLabel(/^Password/).fill("short");
  await page.getByLabel("The same password again").fill("short");
  await page.getByRole("button", { name: "Begin" }).click();
  await expect(page.getByText(/7 more characters/)).toBeVisible();
  await page.getByLabel(/^Password/).fill(PASSWORD);
  await page.getByLabel("The same password again").fill(PASSWORD);
  await page.getByRole("button", { name: "Begin" }).click();

  await expect(page.getByRole("heading", { name: "Set up" })).toBeVisible();
  await page.getByRole("radio", { name: /Pebble/i }).check();
  await page.getByLabel("E-mail address").fill("admin@example.test");
  await expect(page.getByText(/Certwright itself sends nothing there/)).toBeVisible();
  await page.getByRole("checkbox", { name: "I have read them and agree" }).check();
  await page.getByRole("button", { name: "Open the account" }).click();

  // It can be left and taken up again: the step is in the address.
  await expect(page).toHaveURL(/\/first-run\/certificate$/);
  await page.goto(`${stage.places.url}/first-run`);
  await expect(page.getByRole("checkbox", { name: /shop\.example\.test/ })).toBeVisible();
  await page.getByRole("checkbox", { name: /shop\.example\.test/ }).check();
  await expect(page.getByText(/Open an order/)).toBeVisible();
  await page.getByRole("button", { name: "Request it now" }).click();

  await expect(page).toHaveURL(/\/activity\/runs\//);
  await expect(page.getByText("Done", { exact: true }).first()).toBeVisible({ timeout: 40_000 });
  await page.getByRole("link", { name: "To the certificate" }).click();
  await expect(page.getByText("Serves the newest version.").first()).toBeVisible({ timeout: 40_000 });
  expect(await issuer(stage.places.nginx.https, "shop.example.test")).toContain("Pebble");
  await page.getByRole("link", { name: "Overview" }).first().click();
  await expect(page.getByText(/Nothing needs you/)).toBeVisible();
});

test("an authority that does not answer keeps nobody from the next step", async ({ page, fresh: stage }) => {
  await stage.administrator();
  await signIn(page.context(), stage);
  // Nobody listens there.
  await stage.ask("PUT", "/authorities/nowhere", { title: "Nowhere", directory: "https://127.0.0.1:9/directory" });
  await page.goto(`${stage.places.url}/first-run`);
  await page.getByRole("radio", { name: "Nowhere" }).check();
  await expect(page.getByRole("button", { name: "Try again" })).toBeVisible();
  await page.getByRole("button", { name: "Skip" }).click();
  await expect(page.getByRole("checkbox", { name: /shop\.example\.test/ })).toBeVisible();
  await expect(page.getByRole("button", { name: "Request it now" })).toBeDisabled();
  await page.getByRole("button", { name: "Open an account" }).click();
  await expect(page).toHaveURL(/\/first-run\/authority$/);
});
