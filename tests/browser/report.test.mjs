// The HTML report in Chromium. With real release data in KYMA_RELEASE_DATA the long report has 13 hops.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { EVIL, writeHostile } from "./releases.mjs";
import { FOLDER, OVERRIDES, ROOT, launch, open, report } from "./support.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const DATA = process.env.KYMA_RELEASE_DATA;

let browser;
const pages = {};

before(async () => {
  browser = await launch();
  const demo = ["plan", "--from", "1.0", "--to", "1.3"];
  pages.demo = await report("demo", [...demo, "-f", OVERRIDES]);
  pages.accepted = await report("accepted", [...demo, "--accept", "guide-missing"]);
  pages.long = DATA
    ? await report("long", ["plan", "--from", "1.0", "--to", "1.13", "-f", OVERRIDES], DATA)
    : pages.demo;
  if (!DATA) console.log("the long report is that of the example: KYMA_RELEASE_DATA names no releases");
  const hostile = join(FOLDER, "hostile");
  writeHostile(hostile);
  pages.hostile = await report("hostile", ["plan", "--from", "1.0", "--to", "1.1"], hostile);
  pages.path = await report("path", ["path", "1.0", "1.3"]);
});

after(async () => {
  await browser?.close();
  rmSync(FOLDER, { recursive: true });
});

const shown = (page, selector) =>
  page.$$eval(selector, (nodes) => nodes.filter((it) => !it.hidden).map((it) => it.id));
const status = (page) => page.$eval("[role=status]", (it) => it.textContent);
const hash = (page) => page.evaluate(() => location.hash);

async function openFilters(page) {
  await page.click(".filters summary");
}

test("no page says anything on the console or asks for anything", async () => {
  for (const [name, url] of Object.entries(pages)) {
    const { page, wrong } = await open(browser, url);
    await page.$$eval("summary", (all) => all.forEach((it) => it.click()));
    assert.deepEqual(wrong, [], name);
    assert.equal(await page.$eval("html", (it) => it.className), "js", "the policy lets the script run");
    await page.close();
  }
});

test("nothing is wider than the page at 1280 and 390 pixels", async () => {
  for (const [name, url] of Object.entries(pages)) {
    for (const width of [1280, 390]) {
      const { page } = await open(browser, url, { width });
      await page.$$eval("details", (all) => all.forEach((it) => (it.open = true)));
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width, name);
      await page.close();
    }
  }
});

test("axe finds no violation, in both schemes, wide and narrow, folded and open", async () => {
  for (const [name, url] of Object.entries(pages)) {
    for (const [scheme, width] of [["light", 1280], ["dark", 1280], ["light", 390], ["dark", 390]]) {
      const { page } = await open(browser, url, { scheme, width });
      await page.evaluate(AXE);
      for (const isOpen of [false, true]) {
        await page.$$eval("details", (all, isOpen) => all.forEach((it) => (it.open = isOpen)), isOpen);
        assert.deepEqual(await violations(page), [], `${name} ${scheme} ${width} open: ${isOpen}`);
      }
      await page.close();
    }
  }
});

/** What axe finds. It has to have looked at colours, or it has not looked at all. */
async function violations(page) {
  const { found, colours } = await page.evaluate(async () => {
    const result = await axe.run(document);
    const colours = result.passes.find((it) => it.id === "color-contrast")?.nodes.length ?? 0;
    const found = result.violations.map((it) => [it.id, it.nodes.length, it.nodes[0].html.slice(0, 200)]);
    return { found, colours };
  });
  assert.ok(10 < colours, `${colours} texts with a contrast that axe could judge`);
  return found;
}

test("filters narrow what is shown, say how many, and stay in the link", async () => {
  const { page } = await open(browser, pages.demo);
  const total = (await shown(page, ".finding")).length;
  assert.match(await status(page), new RegExp(`^Shown: ${total} of ${total} findings`));
  await openFilters(page);
  await page.click("[value=blocker]");
  await page.click("[value=info]");
  const warnings = await shown(page, ".finding");
  assert.ok(0 < warnings.length && warnings.length < total);
  assert.deepEqual(warnings, await shown(page, ".finding[data-s=warning]"));
  assert.match(await status(page), new RegExp(`^Shown: ${warnings.length} of ${total} findings`));
  await page.select("[name=component]", "core");
  assert.deepEqual(await shown(page, ".finding"), await shown(page, ".finding[data-s=warning][data-c=core]"));
  assert.equal(await hash(page), "#?hide=blocker.info&component=core");
  await page.reload();
  assert.equal(await page.$eval("[name=component]", (it) => it.value), "core");
  assert.equal(await page.$eval("[value=blocker]", (it) => it.checked), false);
  await page.click("[type=reset]");
  await page.waitForFunction(() => location.hash === "");
  assert.equal((await shown(page, ".finding")).length, total);
});

test("the text filter finds findings and rows, and opens the hops that hold them", async () => {
  const { page } = await open(browser, pages.demo);
  await openFilters(page);
  await page.type("[type=search]", "GLOBAL.etcdBackup.enabled");
  const found = await shown(page, ".finding");
  assert.ok(found.includes("f-override-removed-1.2.1-global.etcdBackup.enabled"), String(found));
  const rows = await page.$$eval("#overrides tr.row:not([hidden])", (all) => all.map((it) => it.textContent));
  assert.equal(rows.length, 1);
  assert.equal(await page.$eval("[id='hop-1.2.1']", (it) => it.open), true);
  await page.$eval("[type=search]", (it) => it.select());
  await page.keyboard.press("Backspace");
  assert.equal(await page.$eval("[id='hop-1.2.1']", (it) => it.open), false);
});

test("accepted findings are marked and can be hidden", async () => {
  const { page } = await open(browser, pages.accepted);
  const accepted = await page.$$eval(".finding[data-a]", (all) => all.map((it) => it.textContent));
  assert.ok(0 < accepted.length && accepted.every((it) => it.includes("✓ accepted")));
  await openFilters(page);
  await page.click("[value=accepted]");
  assert.deepEqual(await shown(page, ".finding[data-a]"), []);
});

test("a link to a finding opens what holds it and shows it", async () => {
  const { page: first } = await open(browser, pages.demo);
  const ids = await shown(first, ".hop .finding");
  assert.ok(0 < ids.length);
  for (const id of ids.slice(0, 5)) {
    const { page } = await open(browser, `${pages.demo}#${id}`);
    const state = await page.$eval(`[id="${id}"]`, (it) => ({
      open: it.closest("details").open,
      top: it.getBoundingClientRect().top,
      focused: document.activeElement === it,
    }));
    assert.ok(state.open && state.focused && 0 <= state.top && state.top < 900, JSON.stringify(state));
    await page.close();
  }
});

test("a link to a finding that a filter hides shows it all the same", async () => {
  const { page } = await open(browser, pages.demo);
  const [id] = await shown(page, ".hop .finding[data-s=warning]");
  await page.goto("about:blank");
  await page.goto(`${pages.demo}#${id}?hide=warning`);
  assert.deepEqual(await shown(page, ".finding[data-s=warning]"), [id]);
});

test("following a link within the page keeps filters and ticks", async () => {
  const { page } = await open(browser, pages.demo);
  await openFilters(page);
  await page.click("[value=info]");
  await page.click("#overrides [data-t]");
  const state = (await hash(page)).split("?")[1];
  assert.match(state, /^hide=info&done=[0-9a-f]{8}$/);
  await page.click("#path tbody tr:nth-child(2) th a");
  await page.waitForFunction((state) => location.hash === `#hop-1.2.1?${state}`, {}, state);
  assert.equal(await page.$eval("[id='hop-1.2.1']", (it) => it.open), true);
});

test("ticks stay in the link over a reload and in another window", async () => {
  const { page } = await open(browser, pages.long);
  await page.$$eval("details", (all) => all.forEach((it) => (it.open = true)));
  const boxes = await page.$$("input[data-t]");
  assert.ok(20 < boxes.length);
  for (const place of [0, 7, boxes.length - 1]) await boxes[place].click();
  const ticked = (page) => page.$$eval("input[data-t]", (all) => all.flatMap((it, place) => (it.checked ? [place] : [])));
  assert.deepEqual(await ticked(page), [0, 7, boxes.length - 1]);
  assert.match(await status(page), / Ticked: 3 of /);
  await page.reload();
  assert.deepEqual(await ticked(page), [0, 7, boxes.length - 1]);
  const { page: other } = await open(browser, page.url());
  assert.deepEqual(await ticked(other), [0, 7, boxes.length - 1]);
});

test("the keyboard reaches everything in the order of the page", async () => {
  const { page } = await open(browser, pages.demo);
  const focused = () =>
    page.evaluate(() => {
      const it = document.activeElement;
      const style = getComputedStyle(it);
      return { tag: it.tagName, text: it.textContent.slice(0, 20), outline: style.outlineStyle, top: it.getBoundingClientRect().top + scrollY };
    });
  await page.keyboard.press("Tab");
  assert.equal((await focused()).text, "Skip to the report");
  let last = -1;
  const seen = new Set();
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press("Tab");
    const it = await focused();
    if (it.tag === "BODY") break;
    seen.add(it.tag);
    assert.equal(it.outline, "solid", JSON.stringify(it));
    assert.ok(last - 60 <= it.top, JSON.stringify(it));
    last = it.top;
  }
  for (const tag of ["A", "SUMMARY", "INPUT"]) assert.ok(seen.has(tag), tag);
  await page.focus("[id='hop-1.1.0'] > summary");
  await page.keyboard.press("Enter");
  assert.equal(await page.$eval("[id='hop-1.1.0']", (it) => it.open), true);
  await page.keyboard.press("Enter");
  assert.equal(await page.$eval("[id='hop-1.1.0']", (it) => it.open), false);
});

test("a command is copied whole", async () => {
  const { page } = await open(browser, pages.demo);
  await browser.defaultBrowserContext().overridePermissions(pages.demo, ["clipboard-read", "clipboard-write"]).catch(() => {});
  await page.$$eval("details", (all) => all.forEach((it) => (it.open = true)));
  await page.click(".steps .copy");
  await page.waitForFunction(() => document.querySelector(".steps .copy").textContent !== "Copy");
  const [command, selected] = await page.evaluate(() => [document.querySelector(".steps .cmd").textContent, String(getSelection())]);
  assert.equal(selected, command);
});

test("without scripts everything is there, and nothing that needs one is shown", async () => {
  for (const url of [pages.long, pages.hostile]) {
    const texts = [];
    for (const script of [true, false]) {
      const { page, wrong } = await open(browser, url, { script });
      assert.deepEqual(wrong, []);
      texts.push(await page.$$eval("main section", (all) => all.map((section) => {
        const copy = section.cloneNode(true);
        for (const button of copy.querySelectorAll("button")) button.remove();
        return copy.textContent;
      })));
      if (!script) {
        assert.equal(await page.$eval(".filters", (it) => getComputedStyle(it).display), "none");
        assert.equal((await page.$$("button.copy")).length, 0);
        await page.click(".hop > summary");
        assert.equal(await page.$eval(".hop", (it) => it.open), (await page.$$(".hop")).length !== 1);
      }
      await page.close();
    }
    assert.deepEqual(texts[1], texts[0]);
  }
});

test("the report prints on A4 with everything open", async () => {
  const { page } = await open(browser, pages.demo);
  await page.emulateMediaType("print");
  const heights = await page.evaluate(() => {
    const finding = document.querySelector(".hop .finding");
    return [finding.getBoundingClientRect().height, getComputedStyle(document.querySelector(".filters")).display];
  });
  assert.ok(20 < heights[0], "a finding in a folded hop has a height");
  assert.equal(heights[1], "none");
  const pdf = await page.pdf({ preferCSSPageSize: true });
  assert.equal(Buffer.from(pdf.subarray(0, 5)).toString(), "%PDF-");
  assert.ok(20_000 < pdf.length);
  assert.equal(await page.$$eval("#hops details[open]", (all) => all.length), 0, "they are folded again");
});

test("hostile names and texts are shown and do nothing", async () => {
  const { page, wrong } = await open(browser, pages.hostile);
  await page.$$eval("details", (all) => all.forEach((it) => (it.open = true)));
  await page.hover("h1");
  const found = await page.evaluate((evil) => ({
    elements: document.querySelectorAll("img, iframe, b[id], script ~ *, svg[onload], object, embed").length,
    scripts: document.scripts.length,
    handlers: [...document.querySelectorAll("*")].filter((it) => [...it.attributes].some((a) => a.name.startsWith("on"))).length,
    links: [...document.links].filter((it) => !["https:", "file:"].includes(it.protocol)).length,
    text: document.body.innerText.includes(evil) && document.body.innerText.includes("\\u{202e}"),
  }), EVIL);
  assert.deepEqual(found, { elements: 0, scripts: 1, handlers: 0, links: 0, text: true });
  assert.deepEqual(wrong, []);
});

test("the state in a link is text, too", async () => {
  const evil = encodeURIComponent("<img src=x onerror=alert(9)>");
  const { page, wrong } = await open(browser, `${pages.demo}#${evil}?text=${evil}&component=${evil}&done=${evil}&hide=${evil}`);
  assert.equal((await page.$$("img")).length, 0);
  assert.match(await status(page), /^Shown: 0 of /);
  assert.deepEqual(wrong, []);
});

test("screens for the documentation", { skip: !process.env.KYMA_UPGRADE_SCREENS && "KYMA_UPGRADE_SCREENS is not set" }, async () => {
  const folder = join(ROOT, "docs", "screens");
  mkdirSync(folder, { recursive: true });
  for (const [width, height] of [[1280, 960], [390, 1600]]) {
    const { page } = await open(browser, pages.demo, { width, height });
    await page.screenshot({ path: join(folder, `html-${width}.png`) });
  }
});
