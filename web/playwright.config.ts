// The browser tests: Debian's Chromium against the real program, with a real authority and a real nginx behind it.
// `cargo xtask test --suite gui` builds what they start and names it in CERTWRIGHT_GUI_STAGE.
import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: "tests",
  outputDir: "node_modules/.browser-tests",
  // Each worker starts servers of its own; two cores carry two.
  workers: 2,
  fullyParallel: false,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  forbidOnly: true,
  reporter: [["list"]],
  use: {
    browserName: "chromium",
    launchOptions: {
      executablePath: process.env.CERTWRIGHT_CHROMIUM ?? "/usr/bin/chromium",
      // Tests run as root in a container as well, where Chromium's own sandbox cannot be had.
      args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
    },
    viewport: { width: 1280, height: 860 },
    locale: "en-GB",
    timezoneId: "UTC",
    trace: "off",
  },
});
