// Takes pictures of pages: wide and light, wide and dark, and as a phone shows them.
//   node e2e/screenshots.mjs [--out FOLDER] [--role ROLE] [NAME=PATH …]
// A path is below /{org}/{tenant}/automationhub_; `anonymous:PATH` is visited without signing in.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { signIn, startBrowser, startHub } from './harness.mjs';

const PAGES = ['sign-in=anonymous:/sign-in', 'open-api-console=/admin/platform-setup/open-api'];

const STYLES = [
  { suffix: '', width: 'desktop', theme: 'light' },
  { suffix: '-dark', width: 'desktop', theme: 'dark' },
  { suffix: '-phone', width: 'phone', theme: 'light' },
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string', default: 'target/screenshots' },
    role: { type: 'string', default: 'System Admin' },
  },
});

function parsePage(text) {
  const [name, place] = text.split(/=(.*)/s);
  if (!place) throw new Error(`"${text}" is not NAME=PATH`);
  const isAnonymous = place.startsWith('anonymous:');
  return { name, isAnonymous, path: isAnonymous ? place.slice('anonymous:'.length) : place };
}

async function shoot(browser, hub, pages, style) {
  const visitor = await browser.page(style);
  const member = await browser.page(style);
  if (pages.some((one) => !one.isAnonymous)) await signIn(member, hub, hub.userWithRole(values.role));
  for (const { name, path, isAnonymous } of pages) {
    const page = isAnonymous ? visitor : member;
    await page.goto(hub.base + path, { waitUntil: 'networkidle' });
    const file = join(values.out, `${name}${style.suffix}.png`);
    await page.screenshot({ path: file, fullPage: true });
    console.log(file);
  }
}

const pages = (positionals.length > 0 ? positionals : PAGES).map(parsePage);
await mkdir(values.out, { recursive: true });
const hub = await startHub();
try {
  const browser = await startBrowser();
  try {
    for (const style of STYLES) await shoot(browser, hub, pages, style);
  } finally {
    await browser.close();
  }
} finally {
  await hub.stop();
}
