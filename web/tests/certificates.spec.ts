// From names to a served certificate, by the pages alone; editing; a request that fails and says what to do.
import { issuer } from "./outside";
import { expect, test } from "./stage";

test("names, a look at the plan, one click: served by nginx", async ({ page, stage }) => {
  await page.goto("/certificates/new");
  // The sites of this machine's nginx are offered; one click takes the names.
  await page.getByRole("button", { name: /shop\.example\.test/ }).click();
  const plan = page.getByRole("complementary", { name: "What would be done" });
  await expect(plan.getByText(/Open an order/)).toBeVisible();
  await expect(plan.getByText(/shop\.conf/).first()).toBeVisible();
  await page.getByRole("button", { name: "Save and request" }).click();
  await expect(page).toHaveURL(/\/activity\/runs\//);
  await expect.poll(() => issuer(stage.places.nginx.https, "shop.example.test"), { timeout: 40_000 }).toContain("Pebble");
  await page.goto("/certificates");
  await expect(page.getByRole("row", { name: /shop\.example\.test/ }).getByText("Healthy")).toBeVisible({ timeout: 30_000 });
});

test("what is typed is kept while one looks elsewhere, and can be discarded", async ({ page }) => {
  await page.goto("/certificates/new");
  await page.getByRole("textbox", { name: "Names" }).fill("kept.example.test");
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Overview" }).click();
  await page.goBack();
  await expect(page.getByText("kept.example.test").first()).toBeVisible();
  await page.getByRole("button", { name: "Discard" }).click();
  await page.goto("/certificates/new");
  await expect(page.getByText("kept.example.test")).toHaveCount(0);
});

test("a list is pasted, a wildcard's apex is offered, and what cannot work is said before anything is ordered", async ({ page }) => {
  await page.goto("/certificates/new");
  await page.getByRole("textbox", { name: "Names" }).fill("https://a.example.test/path, *.b.example.test");
  await page.getByRole("textbox", { name: "Names" }).blur();
  await expect(page.getByText("a.example.test", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Add b.example.test" }).click();
  await expect(page.getByText("b.example.test", { exact: true })).toBeVisible();
  await expect(page.getByRole("complementary").getByText(/dns-01/).first()).toBeVisible();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByRole("alert").getByRole("listitem")).toBeVisible();
});

test("an edit changes what was changed alone, and a change by somebody else is not overwritten", async ({ page, stage }) => {
  const { id } = await stage.ask<{ id: string }>("POST", "/certificates", { identifiers: ["edit.example.test"], authority: "pebble", deployments: [] });
  await page.goto(`/certificates/${id}/edit`);
  await expect(page.getByRole("button", { name: "Save" })).toBeDisabled();
  await page.getByRole("button", { name: /Authority, key, renewal/ }).click();
  await page.getByLabel("Notes").fill("for the shop");
  // Somebody else adds a tag meanwhile.
  await stage.ask("POST", "/certificates/bulk", { certificates: [id], action: { kind: "tag", add: ["prod"], remove: [] } });
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Somebody else has changed it meanwhile")).toBeVisible();
  await page.getByRole("button", { name: "Take over the newer state" }).click();
  await expect(page.getByLabel("Notes")).toHaveValue("for the shop");
  await expect(page.getByLabel("Tags")).toHaveValue("prod");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page).toHaveURL(new RegExp(`/certificates/${id}$`));
  const after = await stage.ask<{ notes: string; tags: string[] }>("GET", `/certificates/${id}`);
  expect(after).toMatchObject({ notes: "for the shop", tags: ["prod"] });
});
