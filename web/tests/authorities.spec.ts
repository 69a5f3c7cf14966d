// Authorities: an entry of one's own, the life of an account, a built-in authority from its root to its end.
import type { Page } from "@playwright/test";
import { expect, test } from "./stage";

interface Account {
  id: string;
  authority: string;
  contact: string[];
  state: string;
  thumbprint: string;
  terms_agreed?: string;
}

test("an authority of one's own is added by its whole form, changed and deleted", async ({ page, stage }) => {
  await page.goto("/authorities");
  await page.getByRole("link", { name: "Add an authority" }).click();
  await page.getByLabel("Title").fill("Works CA");
  await page.getByLabel("Short name").fill("pebble");
  await expect(page.getByText("There is an authority of this name.")).toBeVisible();
  await page.getByLabel("Short name").fill("works");
  await page.getByLabel("ACME directory").fill("https://ca.works.internal/acme/directory");
  await page.getByLabel("Names that are not public").check();
  await page.getByLabel("Wildcard names").uncheck();
  await page.getByLabel("Valid for days").fill("47");
  await page.getByRole("button", { name: "Addresses for people, rate limits, pace" }).click();
  await page.getByRole("button", { name: "Add a limit" }).click();
  await page.getByLabel("Within").fill("7x");
  await page.getByRole("button", { name: "Save" }).click();
  // What is refused is said, and nothing that was typed is lost.
  await expect(page.getByRole("alert")).toContainText("permits nothing, or has no period that ends");
  await page.getByLabel("Within").fill("7d");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("heading", { name: "Works CA" })).toBeVisible();
  await expect(page.getByText("0 / 300")).toBeVisible();
  const stored = () => stage.ask<Record<string, unknown> & { details: Record<string, unknown> }>("GET", "/authorities/works");
  expect(await stored()).toMatchObject({
    internal_names: true,
    details: { wildcards: false, lifetime_days: 47, rate_limits: [{ scope: "orders", most: 300, seconds: 604_800 }] },
  });

  await page.getByRole("link", { name: "Edit" }).click();
  await expect(page.getByRole("button", { name: "Save" })).toBeDisabled();
  await page.getByLabel("Title").fill("Works CA II");
  // Somebody else is quicker: what was typed stays, and is saved on top.
  const changed = await fetch(`${stage.places.url}/api/v1/authorities/works`, {
    method: "PATCH",
    headers: { authorization: `Bearer ${await token(stage.places.data)}`, "content-type": "application/json", "if-match": `"${(await stored()).revision as number}"` },
    body: JSON.stringify({ details: { lifetime_days: 30, website: "https://works.internal" } }),
  });
  expect(changed.status, await changed.text()).toBe(200);
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("alert")).toContainText("Somebody else has changed it");
  await page.getByRole("button", { name: "Take over the newer state" }).click();
  await expect(page.getByLabel("Valid for days")).toHaveValue("30");
  await expect(page.getByLabel("Title")).toHaveValue("Works CA II");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("heading", { name: "Works CA II" })).toBeVisible();
  // A change by the form keeps what it did not touch.
  expect(await stored()).toMatchObject({
    title: "Works CA II",
    details: { wildcards: false, lifetime_days: 30, website: "https://works.internal", rate_limits: [{ seconds: 604_800 }] },
  });

  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await expect(page.getByRole("heading", { name: "Authorities", exact: true })).toBeVisible();
  await expect(page.getByRole("link", { name: "Works CA II" })).toHaveCount(0);
});

test("an authority of the catalogue is switched off and on, and given limits and a pace of one's own", async ({ page, stage }) => {
  const stored = () => stage.ask<{ revision: number; catalogue?: object; details: Record<string, unknown> }>("GET", "/authorities/zerossl");
  const { details: catalogue } = await stored();
  const named = await stage.ask<{ id: string }>("POST", "/certificates", { identifiers: ["elsewhere.example.com"], authority: "zerossl" });
  await page.goto("/authorities/zerossl");
  await expect(page.getByRole("link", { name: "https://status.zerossl.com/" })).toBeVisible();
  await page.getByText("Switched on").click();
  await expect(page.getByText("It is switched off: it opens no account")).toBeVisible();
  expect((await stored()).details.disabled).toBe(true);

  // Its certificates say so, and what to do.
  await expect(page.getByText("1 certificate names it and is not renewed there")).toBeVisible();
  await page.goto(`/certificates/${named.id}`);
  await expect(page.getByText("Its authority is switched off here")).toBeVisible();
  await expect(page.getByText("Switch its authority on again, or have its certificates ordered from another one: zerossl")).toBeVisible();

  // Whoever orders or begins is not offered it.
  await page.goto("/certificates/new");
  await page.getByRole("button", { name: "Authority, key, renewal and more" }).click();
  const choice = page.getByLabel("Who issues it");
  await expect(choice.locator("option", { hasText: "SSL.com" }).first()).toBeAttached();
  await expect(choice.locator("option", { hasText: "ZeroSSL" })).toHaveCount(0);

  await page.goto("/authorities/zerossl");
  await page.getByText("Switched on").click();
  await expect(page.getByText("It is switched off: it opens no account")).toHaveCount(0);
  await page.getByRole("link", { name: "Edit" }).click();
  // The entry is the program's: its title is no field.
  await expect(page.getByLabel("Title")).toHaveCount(0);
  await page.getByLabel("New ones in a second").fill("0");
  await page.getByRole("button", { name: "Add a limit" }).click();
  await page.getByLabel("At most").last().fill("7");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("alert")).toContainText("0 is out of range");
  await page.getByLabel("New ones in a second").fill("3");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("3 new ones in a second")).toBeVisible();
  await expect(page.getByText("0 / 7")).toBeVisible();
  await expect(page.getByText("Set here")).toBeVisible();
  expect(await stored()).toMatchObject({ details: { pace: { orders_per_second: 3 } }, catalogue: { pace: { orders_per_second: 10 } } });

  await page.getByRole("link", { name: "Edit" }).click();
  await page.getByRole("button", { name: "As the catalogue has them", exact: true }).click();
  await page.getByRole("button", { name: "As the catalogue has it", exact: true }).click();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("10 new ones in a second")).toBeVisible();
  const after = await stored();
  expect(after.catalogue).toBeUndefined();
  expect(after.details).toEqual(catalogue);
});

test("an account is opened, checked, given another address and key, closed and forgotten", async ({ page, stage }) => {
  const accounts = async () => (await stage.ask<{ items: Account[] }>("GET", "/accounts")).items;
  const ours = async () => (await accounts()).find(({ contact }) => contact.some((mail) => mail.endsWith("@works.test")));
  await page.goto("/authorities/pebble");
  await page.getByRole("button", { name: "New account" }).click();
  await expect(page.getByText("Certwright itself sends nothing there")).toBeVisible();
  await page.getByLabel("E-mail address").fill("first@works.test");
  await expect(page.getByRole("button", { name: "Open the account" })).toBeDisabled();
  await page.getByLabel("I have read them and agree").check();
  await page.getByRole("button", { name: "Open the account" }).click();
  const row = page.locator(".account", { hasText: "@works.test" });
  await expect(row).toContainText("valid");
  const opened = (await ours())!;
  expect(opened.terms_agreed).toBeTruthy();

  const act = async (name: string) => {
    await row.getByRole("button", { name: /^Actions of/ }).click();
    await page.getByRole("menuitem", { name }).click();
  };
  const dialog = page.getByRole("dialog");
  await act("Check it");
  await dialog.getByRole("button", { name: "Check it" }).click();
  await expect(dialog).toContainText("The authority knows it");
  await dialog.getByRole("button", { name: "Close" }).last().click();

  await act("Change the address");
  await dialog.getByLabel("E-mail address").fill("second@works.test");
  await dialog.getByRole("button", { name: "Change the address" }).click();
  await expect(row).toContainText("second@works.test");

  await act("Change its key");
  await dialog.getByLabel("Type").selectOption("ES384");
  await dialog.getByRole("button", { name: "Change its key" }).click();
  await expect.poll(async () => (await ours())?.thumbprint).not.toBe(opened.thumbprint);
  await expect(dialog).toHaveCount(0);

  await act("Deactivate");
  await dialog.getByRole("button", { name: "Deactivate" }).click();
  await expect(row).toContainText("deactivated");
  await act("Delete here");
  await dialog.getByRole("button", { name: "Delete here" }).click();
  await expect(row).toHaveCount(0);
  expect(await ours()).toBeUndefined();
});

test("a built-in authority is made, trusted by this service, changed, gives out a key once, and ends", async ({ page, stage }) => {
  await page.goto("/authorities");
  await page.getByRole("link", { name: "Make a built-in authority" }).click();
  await page.getByLabel("Title").fill("Workshop");
  await page.getByLabel("Short name").fill("workshop");
  await page.getByLabel("What it certifies").fill("workshop.internal, 10.1.0.0/16");
  await page.getByLabel("Lifetime").first().fill("forever");
  await page.getByRole("button", { name: "Make it" }).click();
  await expect(page.getByRole("alert")).toContainText("too short or too long");
  await page.getByLabel("Lifetime").first().fill("47d");
  await page.getByRole("button", { name: "Make it" }).click();
  await expect(page.getByRole("heading", { name: "Workshop" })).toBeVisible();
  await expect(page.getByText("workshop.internal 10.1.0.0/16").first()).toBeVisible();

  await page.getByRole("link", { name: "Edit" }).click();
  await page.getByLabel("Lifetime").first().fill("30d");
  // Somebody else is quicker: what was typed stays, and is saved on top.
  const { revision } = await stage.ask<{ revision: number }>("GET", "/issuers/workshop");
  const changed = await fetch(`${stage.places.url}/api/v1/issuers/workshop`, {
    method: "PATCH",
    headers: { authorization: `Bearer ${await token(stage.places.data)}`, "content-type": "application/json", "if-match": `"${revision}"` },
    body: JSON.stringify({ settings: { terms_of_service: "https://ca.test/terms" } }),
  });
  expect(changed.status, await changed.text()).toBe(200);
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("alert")).toContainText("Somebody else has changed it");
  await page.getByRole("button", { name: "Take over the newer state" }).click();
  await expect(page.getByLabel("Terms")).toHaveValue("https://ca.test/terms");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("30 days")).toBeVisible();

  await page.getByRole("button", { name: "New key" }).click();
  await page.getByLabel("May ask for").fill("lathe.workshop.internal");
  await page.getByRole("button", { name: "Make the key" }).click();
  const secret = (await page.locator(".trouble code").nth(1).textContent())!;
  expect(secret.length).toBeGreaterThan(20);
  await page.getByRole("button", { name: "I have stored it" }).click();
  await page.reload();
  await expect(page.getByText("lathe.workshop.internal")).toBeVisible();
  await expect(page.getByText(secret)).toHaveCount(0);

  await page.getByRole("button", { name: "Make the entry" }).click();
  await expect(page).toHaveURL(/\/authorities\/workshop$/);
  await page.getByRole("button", { name: "Look now" }).click();
  await expect(page.getByText("Answers", { exact: true })).toBeVisible();

  await end(page);
});

/** What is switched on is not deleted, and deleting it wants its name. */
async function end(page: Page): Promise<void> {
  await page.goto("/authorities/built-in/workshop");
  const dialog = page.getByRole("dialog");
  await page.getByRole("button", { name: "Delete" }).click();
  await expect(dialog.getByRole("button", { name: "Delete" })).toBeDisabled();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await page.getByText("Switched on").click();
  await expect(page.getByText("Switched off")).toBeVisible();
  await page.getByRole("button", { name: "Delete" }).click();
  await dialog.getByLabel("Type workshop to delete it").fill("workshop");
  await dialog.getByRole("button", { name: "Delete" }).click();
  await expect(page).toHaveURL(/\/authorities$/);
  await expect(page.getByText("/acme/workshop/directory")).toHaveCount(1);
}

async function token(data: string): Promise<string> {
  const { readFileSync } = await import("node:fs");
  return readFileSync(`${data}/api-token`, "utf8").trim();
}
