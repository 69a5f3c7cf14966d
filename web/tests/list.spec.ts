// The list: what it shows is in the address, and several certificates are changed together.
import { expect, signIn, test } from "./stage";

test.beforeAll(async ({ stage }) => {
  const tags = (index: number) => (index % 3 === 0 ? ["list-prod"] : ["list-test"]);
  for (let index = 0; index < 240; index++) {
    await stage.ask("POST", "/certificates", {
      identifiers: [`list-${String(index).padStart(3, "0")}.example.test`],
      authority: "pebble",
      tags: tags(index),
      deployments: [],
    });
  }
});

test("search, tag and order are in the address and survive a reload", async ({ page }) => {
  // Other files of tests may have certificates of their own at this service.
  await page.goto("/certificates?search=list-");
  await expect(page.getByText("240 certificates")).toBeVisible();
  await page.keyboard.press("/");
  await page.keyboard.type("list-0");
  await expect(page.getByText("100 certificates")).toBeVisible();
  await page.getByLabel("Tag", { exact: true }).selectOption("list-prod");
  await expect(page.getByText("34 certificates")).toBeVisible();
  await page.getByRole("button", { name: "Name" }).click();
  await expect(page.locator("[data-row='0']")).toContainText("list-099");
  await expect(page).toHaveURL(/search=list-0&tag=list-prod&descending=true/);
  await page.reload();
  await expect(page.locator("[data-row='0']")).toContainText("list-099");
  await expect(page.getByText("34 certificates")).toBeVisible();
  await page.getByRole("button", { name: "Clear", exact: true }).click();
  await expect(page).toHaveURL(/\/certificates\?descending=true$/);
  await expect(page.getByRole("textbox", { name: /Search names/ })).toHaveValue("");
});

test("all that match are paused together, after a dialog that says what that means", async ({ page, stage }) => {
  await page.goto("/certificates?tag=list-prod");
  await expect(page.getByText("80 certificates")).toBeVisible();
  await page.getByRole("checkbox", { name: /Choose these/ }).check();
  await page.getByRole("button", { name: "Pause" }).click();
  await expect(page.getByRole("dialog").getByText(/until somebody resumes/)).toBeVisible();
  await page.getByRole("dialog").getByRole("button", { name: "Pause" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page.getByRole("button", { name: /Paused 80/ })).toBeVisible();
  const paused = await stage.ask<{ total: number }>("GET", "/certificates?health=paused&tag=list-prod&limit=1");
  expect(paused.total).toBe(80);
});

test("many are not deleted by a slip", async ({ page }) => {
  await page.goto("/certificates?search=list-23");
  await page.getByRole("checkbox", { name: /Choose these 10/ }).check();
  await page.getByRole("button", { name: "Delete" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("button", { name: "Delete" })).toBeDisabled();
  await dialog.getByLabel("Type 10 to delete so many").fill("10");
  await dialog.getByRole("button", { name: "Delete" }).click();
  await expect(page.getByText("No certificate matches")).toBeVisible();
});

test("a view is saved and found again", async ({ page }) => {
  await page.goto("/certificates?tag=list-prod&sort=created_at");
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("menuitem", { name: "Save this view" }).click();
  await page.getByLabel("Name of the view").fill("Production");
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).first().click();
  await page.goto("/certificates");
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("menuitem", { name: "Production" }).click();
  await expect(page).toHaveURL(/tag=list-prod&sort=created_at/);
});

test("two browsers see each other's changes, and nothing moves", async ({ page, stage, browser }) => {
  await page.goto("/certificates?search=list-10");
  await expect(page.getByText("10 certificates")).toBeVisible();
  const other = await browser.newContext({ baseURL: stage.places.url });
  await signIn(other, stage);
  const second = await other.newPage();
  await second.goto("/certificates?search=list-101");
  await second.getByRole("checkbox", { name: "Choose list-101.example.test" }).check();
  await second.getByRole("button", { name: "Tags" }).click();
  await second.getByLabel("Tags to add").fill("seen");
  await second.getByRole("dialog").getByRole("button", { name: "Tags" }).click();
  await expect(second.getByRole("dialog")).toHaveCount(0);
  await expect(page.getByRole("row", { name: /list-101/ }).getByText("seen")).toBeVisible();
  await expect(page).toHaveURL(/search=list-10$/);
  await other.close();
});
