// A request that fails says why in the authority's words and what to do; two hundred are renewed together.
import { expect, test } from "./stage";

test("a refused request shows the authority's words, the next step, and buttons that do it", async ({ page, stage }) => {
  await page.goto("/certificates/new");
  await page.getByRole("textbox", { name: "Names" }).fill("blocked.example.test ok.example.test");
  await page.getByRole("textbox", { name: "Names" }).blur();
  await page.getByRole("radio", { name: /through files in a folder/ }).check();
  await page.getByLabel("Root folder of the site").fill(`${stage.places.nginx.folder}/www/others`);
  await page.getByRole("radio", { name: /At targets that I choose/ }).check();
  await page.getByRole("button", { name: "Save and request" }).click();
  await expect(page).toHaveURL(/\/activity\/runs\//);
  await expect(page.getByText("Failed", { exact: true }).first()).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText("rejectedIdentifier").first()).toBeVisible();
  await expect(page.getByText("What to do:").first()).toBeVisible();
  // The way to what is wrong is beside it.
  await page.getByRole("region", { name: "What failed" }).getByRole("link", { name: "Edit" }).click();
  await page.getByRole("button", { name: "Remove blocked.example.test" }).click();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("button", { name: "Request now" }).click();
  await expect(page.getByRole("dialog").getByText(/Open an order/)).toBeVisible();
  await page.getByRole("dialog").getByRole("button", { name: "Request now" }).click();
  await expect(page.getByText("Done", { exact: true }).first()).toBeVisible({ timeout: 30_000 });
});

test("a test shows every check with what to do, and changes nothing", async ({ page, stage }) => {
  const { id } = await stage.ask<{ id: string }>("POST", "/certificates", { identifiers: ["nowhere.example.test"], authority: "pebble", deployments: [] });
  await page.goto(`/certificates/${id}`);
  await page.getByRole("button", { name: "Test" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText(/fine$/)).toBeVisible({ timeout: 40_000 });
  expect(await dialog.getByRole("listitem").count()).toBeGreaterThan(2);
  await dialog.getByRole("button", { name: "Close" }).last().click();
  const after = await stage.ask<{ version: unknown }>("GET", `/certificates/${id}`);
  expect(after.version ?? null).toBeNull();
});

test("two hundred are renewed together, after a look at the limits", async ({ page, stage }) => {
  test.setTimeout(240_000);
  const root = `${stage.places.nginx.folder}/www/others`;
  for (let index = 0; index < 200; index++) {
    await stage.ask("POST", "/certificates", {
      identifiers: [`r${index}.example.test`], tags: ["together"], authority: "pebble", deployments: [],
      challenge: { type: "http-01-webroot", root },
    });
  }
  await page.goto("/certificates?tag=together");
  await expect(page.getByText("200 certificates")).toBeVisible();
  await page.getByRole("checkbox", { name: /Choose these/ }).check();
  await page.getByRole("button", { name: "Choose all 200 that match" }).click();
  await page.getByRole("button", { name: "Renew…" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText(/200 orders/)).toBeVisible();
  await dialog.getByRole("button", { name: "Renew 200 now" }).click();
  await expect(page).toHaveURL(/\/activity$/, { timeout: 60_000 });
  const done = async () => (await stage.ask<{ total: number }>("GET", "/certificates?tag=together&health=healthy&limit=1")).total;
  await expect.poll(done, { timeout: 180_000, intervals: [1_000] }).toBe(200);
  await page.goto("/certificates?tag=together");
  await expect(page.getByRole("button", { name: /Healthy 200/ })).toBeVisible();
});
