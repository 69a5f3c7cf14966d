// When the service is gone the page says so, keeps what it shows, and goes on by itself when the service is back.
import { bare as test, expect, signIn, Stage } from "./stage";

test("a service that stops is told of, and what was typed is not lost", async ({ browser }) => {
  const stage = await Stage.open();
  await stage.administrator();
  await stage.account();
  const context = await browser.newContext({ baseURL: stage.places.url });
  await signIn(context, stage);
  const page = await context.newPage();
  await page.goto("/certificates/new");
  await page.getByRole("textbox", { name: "Names" }).fill("typed.example.test");
  await page.keyboard.press("Enter");
  await stage.close();
  await expect(page.getByText(/No connection to the service/)).toBeVisible({ timeout: 20_000 });
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByRole("alert").getByText(/does not answer/)).toBeVisible();
  await expect(page.getByText("typed.example.test").first()).toBeVisible();
  await page.getByRole("link", { name: "Authorities" }).first().click();
  await expect(page.getByText(/certwright gui says what is wrong/)).toBeVisible({ timeout: 20_000 });
  await context.close();
});
