// Every screen, in both themes, on a desk and on a phone: nothing for axe to find, nothing untranslated, nothing too wide.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "@playwright/test";
import { expect, test } from "./stage";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES: string[] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

interface Finding {
  id: string;
  nodes: { html: string; failureSummary: string }[];
}

/** What axe finds on the page as it is, by all its rules or these. */
async function findings(page: Page, rules = RULES): Promise<string[]> {
  const found = await page.evaluate(async (rules) => {
    const axe = (window as unknown as { axe: { run: (options: unknown) => Promise<{ violations: Finding[] }> } }).axe;
    const { violations } = await axe.run({ runOnly: rules });
    return violations.map(({ id, nodes }) => ({ id, nodes: nodes.slice(0, 3).map(({ html, failureSummary }) => ({ html: html.slice(0, 200), failureSummary })) }));
  }, rules);
  return found.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n    ${failureSummary.replaceAll("\n", " ")}`));
}

/** Text in view that comes from no catalogue: the pseudo language brackets what does. */
async function untranslated(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = node.textContent?.trim() ?? "";
      const parent = node.parentElement;
      if (!/\p{L}{2}/u.test(text) || !parent || parent.closest("[data-value], script, style, noscript")) continue;
      if (!text.includes("⟦") && !parent.textContent?.includes("⟦")) found.push(`${text} <${parent.tagName.toLowerCase()}>`);
    }
    for (const element of document.querySelectorAll("[aria-label], [placeholder]")) {
      if (element.closest("[data-value]")) continue;
      for (const name of ["aria-label", "placeholder"]) {
        const text = element.getAttribute(name);
        if (text && /\p{L}{2}/u.test(text) && !text.includes("⟦")) found.push(`${text} [${name}]`);
      }
    }
    return found;
  });
}

let screens: string[] = [];

test.beforeAll(async ({ stage }) => {
  const made = await stage.ask<{ id: string }>("POST", "/certificates", { identifiers: ["seen.example.test"], authority: "pebble", tags: ["prod"], deployments: [], challenge: { type: "http-01-webroot", root: `${stage.places.nginx.folder}/www/others` } });
  const first = await stage.ask<{ id: string }>("POST", `/certificates/${made.id}/request`, {});
  const failed = await stage.ask<{ id: string }>("POST", "/certificates", { name: "refused", identifiers: ["blocked.example.test"], authority: "pebble", deployments: [] });
  const run = await stage.ask<{ id: string }>("POST", `/certificates/${failed.id}/request`, {});
  await expect.poll(async () => (await stage.ask<{ state: string }>("GET", `/runs/${run.id}`)).state).not.toBe("active");
  await expect.poll(async () => (await stage.ask<{ state: string }>("GET", `/runs/${first.id}`)).state, { timeout: 40_000 }).toBe("done");
  await stage.ask("POST", "/issuers", { name: "home", title: "Home", settings: { policy: { names: ["home.arpa"] } } });
  screens = [
    "/", "/?as=table", "/certificates", "/certificates?search=nothing-like-this", "/certificates/new?names=a.example.test,*.b.example.test",
    `/certificates/${made.id}/edit`,
    ...["", "/names", "/deployment", "/plan", "/history", "/advanced", "/log"].map((tab) => `/certificates/${made.id}${tab}`),
    `/certificates/${failed.id}`, `/activity/runs/${run.id}`, "/activity", `/activity?certificate=${failed.id}`, "/activity/events", "/activity/incidents", "/activity/audit",
    ...["request", "test", "revoke", "delete"].map((dialog) => `/certificates/${made.id}?do=${dialog}`),
    "/authorities", "/authorities/pebble", "/authorities/letsencrypt", "/authorities/new", "/authorities/pebble/edit", "/authorities/letsencrypt/edit", "/authorities/built-in/new", "/authorities/built-in/home",
    "/targets", "/system", "/first-run/authority", "/first-run/certificate", "/no-such-page",
    ...["renewal", "windows", "backups", "paths", "account", "sessions", "users", "tokens"].map((area) => `/settings/${area}`),
  ];
});

const DESK = { width: 1280, height: 860 };
const PHONE = { width: 390, height: 844 };
const THOROUGH = process.env.CERTWRIGHT_GUI_THOROUGH === "1";
const COLOURS = ["color-contrast", "link-in-text-block"];

test("axe has nothing to say on a desk, in the dark and on a phone", async ({ page }) => {
  test.setTimeout(300_000);
  await page.emulateMedia({ reducedMotion: "reduce" });
  for (const screen of screens) {
    await page.setViewportSize(DESK);
    await page.emulateMedia({ colorScheme: "light" });
    await page.goto(screen);
    await settle(page);
    await page.evaluate(AXE);
    await page.evaluate(() => {
      // The kit fades from one colour to another; axe would see what is halfway.
      const still = new CSSStyleSheet();
      still.replaceSync("*, ::before, ::after { transition: none !important; animation: none !important; }");
      document.adoptedStyleSheets.push(still);
    });
    const look = async (rules: string[], words: string) => {
      expect.soft(await findings(page, rules), `${screen}, ${words}`).toEqual([]);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect.soft(wide, `${screen}, ${words}, scrolls sideways`).toBeLessThanOrEqual(0);
    };
    await look(RULES, "on a desk");
    await paint(page, "dark");
    // The same page in other colours: this and the next but one are seen by the long suite only.
    if (THOROUGH) await look(COLOURS, "in the dark");
    await page.setViewportSize(PHONE);
    await look(RULES, "on a phone in the dark");
    if (!THOROUGH) continue;
    await paint(page, "light");
    await look(COLOURS, "on a phone");
  }
});

/** Has the page in these colours, and waits until it is. */
async function paint(page: Page, colorScheme: "light" | "dark"): Promise<void> {
  await page.emulateMedia({ colorScheme });
  const dark = page.locator("html.pf-v6-theme-dark");
  await expect(dark).toHaveCount(colorScheme === "dark" ? 1 : 0);
}

test("every word comes from a catalogue", async ({ page, context }) => {
  test.setTimeout(240_000);
  await context.addInitScript(() => localStorage.setItem("certwright.language", "pseudo"));
  for (const screen of screens) {
    await page.goto(screen);
    await settle(page);
    expect.soft(await untranslated(page), screen).toEqual([]);
  }
});

async function settle(page: Page): Promise<void> {
  // A dialog has a heading of its own above the page's.
  await expect(page.locator("h1").first()).toBeVisible();
  await expect(page.locator(".skeleton")).toHaveCount(0);
  await page.waitForTimeout(300);
}
