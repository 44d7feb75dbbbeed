// What the browser tests stand on: a server with sample data, a browser, and the checks every page must pass.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const START_MS = 60_000;
const STOP_MS = 10_000;
const LOG_CHARACTERS = 8_000;

export const VIEWPORTS = {
  desktop: { width: 1400, height: 900 },
  phone: { width: 390, height: 844 },
  narrow: { width: 320, height: 640 },
};

// ---- The server ---------------------------------------------------------

const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

function deadline(ms, message) {
  let timer;
  const promise = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(message())), ms); });
  return { promise, clear: () => clearTimeout(timer) };
}

async function firstLine(child, log) {
  const lines = createInterface({ input: child.stdout });
  const late = deadline(START_MS, () => `the server printed nothing within ${START_MS / 1000} s\n${log()}`);
  const ended = once(child, 'exit').then(([code]) => { throw new Error(`the server ended with ${code}\n${log()}`); });
  ended.catch(() => {}); // it also ends when the tests are over
  try {
    const [line] = await Promise.race([once(lines, 'line'), ended, late.promise]);
    return line;
  } finally {
    late.clear();
  }
}

async function stop(child) {
  if (child.exitCode === null && child.signalCode === null) {
    const late = deadline(STOP_MS, () => 'the server did not stop when asked to');
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    try {
      await Promise.race([ended, late.promise]);
    } finally {
      late.clear();
      child.kill('SIGKILL');
    }
  }
  running.delete(child);
}

/**
 * Starts `automation-hub demo` in a folder of its own. Answers what its first line of output says
 * (address, organization, tenant, tenant_id, users, tokens) with a few helpers.
 */
export async function startHub({ args = [] } = {}) {
  const program = process.env.AUTOMATION_HUB_BIN ?? join(ROOT, 'target/debug/automation-hub');
  const folder = await mkdtemp(join(tmpdir(), 'automation-hub-e2e-'));
  const fixed = ['demo', '--json', '--listen', '127.0.0.1:0', '--data-dir', join(folder, 'data')];
  const child = spawn(program, [...fixed, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text) => { log = (log + text).slice(-LOG_CHARACTERS); });
  const end = async () => {
    try { await stop(child); } finally { await rm(folder, { recursive: true, force: true }); }
  };
  try {
    const facts = JSON.parse(await firstLine(child, () => log));
    const base = `${facts.address}/${facts.organization}/${facts.tenant}/automationhub_`;
    const userWithRole = (role) => facts.users.find((user) => user.role === role)
      ?? assert.fail(`the sample data has no ${role}`);
    return { ...facts, base, userWithRole, log: () => log, stop: end };
  } catch (error) {
    await end();
    throw error;
  }
}

// ---- The browser --------------------------------------------------------

function chromiumPath() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => {
    try { accessSync(path, constants.X_OK); return true; } catch { return false; }
  });
  return found ?? assert.fail('Chromium was not found: install it, or name it in CHROMIUM');
}

/** Chromium without its calls home; as root it can't have a sandbox. */
const FLAGS = [
  '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];

/** Writes down what must not happen on any page; `check` fails on it. */
function watch(page) {
  const problems = [];
  page.on('pageerror', (error) => problems.push(`script error: ${error.message}`));
  page.on('console', (message) => {
    // A refused form answers 422, which the console reports too: failed loads are judged below, by what was loaded.
    const isLoad = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !isLoad) problems.push(`console: ${message.text()}`);
  });
  page.on('response', (response) => {
    const kind = response.request().resourceType();
    const isPart = ['script', 'stylesheet', 'image', 'font', 'manifest'].includes(kind);
    if (response.status() >= 500 || (isPart && response.status() >= 400)) {
      problems.push(`${response.status()} for ${kind} ${response.url()}`);
    }
  });
  return problems;
}

/** Starts Chromium. `page()` opens a page that shares nothing with the others. */
export async function startBrowser() {
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: FLAGS });
  const page = async ({ width = 'desktop', theme = 'light', javascript = true } = {}) => {
    const context = await browser.newContext({
      viewport: VIEWPORTS[width],
      hasTouch: width === 'phone',
      isMobile: width === 'phone',
      colorScheme: theme,
      javaScriptEnabled: javascript,
      reducedMotion: 'reduce',
      locale: 'en-GB',
      timezoneId: 'UTC',
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const opened = await context.newPage();
    opened.setDefaultTimeout(10_000);
    return Object.assign(opened, { problems: watch(opened), hasScripts: javascript });
  };
  return { page, close: () => browser.close() };
}

/** The hub and the browser that the tests of a file share; both end with the last of them. */
export async function startBoth() {
  const hub = await startHub();
  const browser = await startBrowser();
  after(async () => {
    await browser.close();
    await hub.stop();
  });
  return { hub, browser };
}

/** Signs in on the page of that name and waits for what comes after it. */
export async function signIn(page, hub, user) {
  await page.goto(`${hub.base}/sign-in`);
  await page.getByLabel('E-mail').fill(user.email);
  await page.locator('input[type="password"]').fill(user.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL((url) => !url.pathname.endsWith('/sign-in'));
}

// ---- Checks -------------------------------------------------------------

/** No violation of an accessibility rule, recommended practice included. */
export async function axe(page) {
  await page.evaluate(AXE); // not a script element: the page's content policy forbids foreign ones
  const violations = await page.evaluate(async () => {
    const rules = { 'target-size': { enabled: true } };
    const result = await globalThis.axe.run(document, { rules, resultTypes: ['violations'] });
    return result.violations.map(({ id, help, nodes }) => ({
      rule: `${id}: ${help}`,
      where: nodes.map((node) => `${node.target.join(' ')} ${node.any.map((one) => one.message).join('; ')}`),
    }));
  });
  assert.deepEqual(violations, [], `accessibility of ${page.url()}`);
}

/** An icon that the sprite lacks shows nothing, without an error anywhere. */
async function missingIcons(page) {
  const used = await page.locator('svg use').evaluateAll((uses) => uses.map((use) => use.getAttribute('href')));
  const sprites = new Map();
  const missing = [];
  for (const href of new Set(used)) {
    const [path, id] = href.split('#');
    if (!path) continue;
    const url = new URL(path, page.url()).href;
    if (!sprites.has(url)) sprites.set(url, await (await page.request.get(url)).text());
    if (!sprites.get(url).includes(`id="${id}"`)) missing.push(id);
  }
  return missing;
}

/** What a finger can't hit: 44 pixels, but for links within running text. */
async function smallTargets(page) {
  if (!await page.evaluate(() => matchMedia('(pointer: coarse)').matches)) return [];
  return page.evaluate(() => {
    const selector = 'button, .btn, input:not([type="hidden"]), select, summary, .ah-nav a, .ah-menu a, .ah-seg a, .ah-tabs a';
    const ofLabel = (one) => (['radio', 'checkbox'].includes(one.type) && (one.closest('label') ?? one.labels[0])) || one;
    const targets = [...document.querySelectorAll(selector)].filter((one) => one.checkVisibility()).map(ofLabel);
    return targets.filter((one) => { const { height } = one.getBoundingClientRect(); return height > 1 && height < 43.5; })
      .map((one) => one.outerHTML.slice(0, 120));
  });
}

/** No problem, no missing icon, nothing wider than the window, nothing too small for a finger. */
export async function checkFit(page) {
  assert.deepEqual(page.problems, [], `problems on ${page.url()}`);
  assert.deepEqual(await missingIcons(page), [], `icons missing on ${page.url()}`);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(overflow <= 0, `${page.url()} is ${overflow} px wider than the window`);
  if (page.hasScripts) assert.deepEqual(await smallTargets(page), [], `targets of ${page.url()}`);
}

/** What must hold on every page and in every state of it. */
export async function check(page) {
  await checkFit(page);
  if (page.hasScripts) await axe(page);
}
