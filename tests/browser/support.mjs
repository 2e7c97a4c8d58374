// Making reports with the built program, and opening them in Chromium.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";
import { serve } from "./releases.mjs";

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
export const FOLDER = mkdtempSync(join(tmpdir(), "kyma-upgrade-browser-"));
export const OVERRIDES = "fixtures/demo/my-overrides.yaml";

function program() {
  const built = ["release", "debug"].map((it) => join(ROOT, "target", it, "kyma-upgrade"));
  const found = process.env.KYMA_UPGRADE_BIN ?? built.filter(existsSync).sort(newestFirst)[0];
  if (!found) throw new Error("no kyma-upgrade: build it, or set KYMA_UPGRADE_BIN");
  return found;
}

const newestFirst = (one, other) => statSync(other).mtimeMs - statSync(one).mtimeMs;

/** Writes the HTML report of a command and says where; releases come from `data`, or are the example. */
export async function report(name, args, data) {
  const file = join(FOLDER, `${name}.html`);
  const releases = data && (await serve(data));
  const env = { HOME: FOLDER, ...releases?.env };
  const source = data ? [] : ["--source", "demo"];
  const child = spawn(program(), [...args, ...source, "--report", file, "-q"], {
    cwd: ROOT,
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (bytes) => (errors += bytes));
  await new Promise((ended) => child.on("close", ended));
  releases?.close();
  if (!existsSync(file)) throw new Error(`no report ${name}: ${errors}`);
  return pathToFileURL(file).href;
}

export function launch() {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  return puppeteer.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
}

/** Opens a page and keeps account of everything that must not happen in it. */
export async function open(browser, url, { width = 1280, height = 900, scheme = "light", script = true } = {}) {
  const page = await browser.newPage();
  const wrong = [];
  page.on("console", (it) => wrong.push(`console: ${it.text()}`));
  page.on("pageerror", (it) => wrong.push(`error: ${it.message}`));
  page.on("dialog", async (it) => {
    wrong.push(`dialog: ${it.message()}`);
    await it.dismiss();
  });
  await page.setRequestInterception(true);
  page.on("request", (it) => {
    if (it.url().split("#")[0] === url.split("#")[0]) return it.continue();
    wrong.push(`request: ${it.url()}`);
    return it.abort();
  });
  await page.setJavaScriptEnabled(script);
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.setViewport({ width, height });
  await page.goto(url);
  return { page, wrong };
}
