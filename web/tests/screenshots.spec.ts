// Pictures of the screens for README and guide: `cargo xtask screenshots` has them made into docs/screenshots.
import { expect, signIn, test } from "./stage";

const FOLDER = process.env.CERTWRIGHT_SCREENSHOTS;
test.skip(!FOLDER, "CERTWRIGHT_SCREENSHOTS names no folder");

const SITES = ["shop", "www", "api", "mail", "wiki", "git", "vpn", "cloud", "status", "login", "cdn", "docs", "chat", "forum", "billing", "search"];

test("every screen, light, dark and on a phone", async ({ browser, stage }) => {
  test.setTimeout(300_000);
  const challenge = { type: "http-01-webroot", root: `${stage.places.nginx.folder}/www/others` };
  const ids: string[] = [];
  for (const [index, site] of SITES.entries()) {
    const made = await stage.ask<{ id: string }>("POST", "/certificates", {
      identifiers: [`${site}.example.com`, ...(index % 3 === 0 ? [`www.${site}.example.com`, `old.${site}.example.com`] : [])],
      authority: "pebble", challenge, deployments: [], tags: [["prod"], ["prod", "web"], ["test"], ["team-a"]][index % 4],
    });
    ids.push(made.id);
  }
  const served = await stage.ask<{ id: string }>("POST", "/certificates", { identifiers: ["shop.example.test", "www.shop.example.test"], authority: "pebble", tags: ["prod"] });
  const refused = await stage.ask<{ id: string }>("POST", "/certificates", { identifiers: ["intranet.example.com", "blocked.example.test"], authority: "pebble", challenge, deployments: [], tags: ["prod"] });
  await stage.ask("POST", "/issuers", { name: "home", title: "Home", settings: { policy: { names: ["home.arpa"] } } });
  await stage.ask("POST", "/renew", { certificates: ids.slice(0, 14) });
  const run = await stage.ask<{ id: string }>("POST", `/certificates/${served.id}/request`, {});
  const failed = await stage.ask<{ id: string }>("POST", `/certificates/${refused.id}/request`, {});
  await stage.ask("POST", "/certificates/bulk", { certificates: ids.slice(14), action: { kind: "pause" } });
  const healthy = async () => (await stage.ask<{ total: number }>("GET", "/certificates?health=healthy&limit=1")).total;
  await expect.poll(healthy, { timeout: 120_000 }).toBe(15);
  const screens: [string, string][] = [
    ["overview", "/"], ["certificates", "/certificates"], ["new-certificate", "/certificates/new?names=wiki.example.test"],
    ["certificate", `/certificates/${served.id}`], ["certificate-plan", `/certificates/${served.id}/plan`], ["certificate-history", `/certificates/${served.id}/history`],
    ["run", `/activity/runs/${run.id}`], ["run-failed", `/activity/runs/${failed.id}`], ["activity", "/activity"], ["audit", "/activity/audit"],
    ["authorities", "/authorities"], ["authority", "/authorities/pebble"], ["built-in-authority", "/authorities/built-in/home"], ["targets", "/targets"],
    ["settings", "/settings/users"], ["system", "/system"], ["first-run", "/first-run/certificate"],
  ];
  const looks = [
    { name: "light", colorScheme: "light", viewport: { width: 1280, height: 800 } },
    { name: "dark", colorScheme: "dark", viewport: { width: 1280, height: 800 } },
    { name: "phone", colorScheme: "light", viewport: { width: 390, height: 844 } },
  ] as const;
  for (const { name, ...look } of looks) {
    const context = await browser.newContext({ baseURL: stage.places.url, reducedMotion: "reduce", locale: "en-GB", ...look });
    const page = await context.newPage();
    await page.goto("/");
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.screenshot({ path: `${FOLDER}/${name}/sign-in.jpg`, quality: 85 });
    await signIn(context, stage);
    for (const [screen, path] of screens) {
      await page.goto(path);
      await expect(page.locator("h1")).toBeVisible();
      await expect(page.locator(".skeleton")).toHaveCount(0);
      await page.waitForTimeout(900);
      await page.screenshot({ path: `${FOLDER}/${name}/${screen}.jpg`, quality: 85 });
    }
    await context.close();
  }
});
