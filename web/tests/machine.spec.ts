// What is on this machine: sites that want a certificate, and a service that is examined and put right.
import { chmodSync, readFileSync } from "node:fs";
import { expect, test } from "./stage";

test("a site without a certificate leads to one for its names", async ({ page }) => {
  await page.goto("/targets");
  const row = page.getByRole("row", { name: /wiki\.example\.test/ });
  await expect(row).toContainText("http only");
  await page.getByRole("button", { name: /Without a certificate/ }).click();
  await expect(page).toHaveURL(/show=without/);
  await page.reload();
  await row.getByRole("link", { name: /New certificate/ }).click();
  await expect(page).toHaveURL(/\/certificates\/new\?names=wiki\.example\.test/);
});

test("what is deployed to a kind of target is listed there", async ({ page, stage }) => {
  await stage.ask("POST", "/certificates", { name: "deployed-here", identifiers: ["shop.example.test"], authority: "pebble", deployments: [{ target: "nginx", settings: { policy: "update-only" } }] });
  await page.goto("/targets");
  await expect(page.getByRole("row", { name: /deployed-here/ }).last()).toContainText("update-only");
  await page.getByRole("link", { name: "deployed-here" }).first().click();
  await expect(page.getByRole("heading", { name: "deployed-here" })).toBeVisible();
});

test("what the examination finds is put right from the page", async ({ page, stage }) => {
  await page.goto("/system");
  const row = page.locator(".findings li", { hasText: "Permissions" });
  await expect(row).toContainText("Fine:");
  chmodSync(stage.places.data, 0o755);
  await page.getByRole("button", { name: "Look again" }).click();
  await expect(row).toContainText("Fault:");
  await row.getByRole("button", { name: "Put the rights right" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Put it right" }).click();
  await expect(row).toContainText("Fine:");
});

test("the support bundle says how the service stands, and holds no secret", async ({ page, stage }) => {
  await page.goto("/system");
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Support bundle" }).click()]);
  const text = readFileSync((await download.path())!, "utf8");
  const bundle = JSON.parse(text) as { service: { version: string }; findings: unknown[] };
  expect(bundle.service.version).toMatch(/^\d/);
  expect(bundle.findings.length).toBeGreaterThan(3);
  for (const file of ["api-token", "metrics-token"]) expect(text).not.toContain(readFileSync(`${stage.places.data}/${file}`, "utf8").trim());
  expect(text).not.toMatch(/PRIVATE KEY|password/);
});
