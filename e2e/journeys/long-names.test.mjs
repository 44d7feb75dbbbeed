// Names without a single place to break, as long as the forms let them be: nothing is wider than its card, and nothing that
// one has to reach is pushed out of the window.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { check, signIn, startBoth } from '../harness.mjs';

const TOKEN = 'W'.repeat(100);
const PERSON = { first: 'W'.repeat(50), last: 'Ü'.repeat(50), email: `${'x'.repeat(50)}@nordwind.test` };
const CONSOLE = '/admin/platform-setup/open-api';
const PEOPLE = '/admin/manage-access/assign-roles';

const { hub, browser } = await startBoth();
let tokenPath;
let personPath;

async function signedIn(options) {
  const page = await browser.page(options);
  await signIn(page, hub, hub.userWithRole('System Admin'));
  return page;
}

before(async () => {
  const page = await signedIn();
  await page.goto(`${hub.base}${CONSOLE}/tokens/new`);
  await page.getByLabel('Token Name').fill(TOKEN);
  await page.getByRole('button', { name: 'Save' }).click();
  tokenPath = new URL(await page.getByRole('link', { name: TOKEN }).first().getAttribute('href'), page.url()).pathname;
  await page.goto(`${hub.base}${PEOPLE}/new`);
  await page.getByLabel('First name').fill(PERSON.first);
  await page.getByLabel('Last name').fill(PERSON.last);
  await page.getByLabel('E-mail').fill(PERSON.email);
  await page.getByRole('button', { name: 'Add person' }).click();
  await page.getByRole('status').getByText('Added.').waitFor();
  personPath = new URL(page.url()).pathname;
  await page.context().close();
});
/** What sticks out of the card or dialog around it; what scrolls in a region of its own doesn't. */
const stickingOut = (page) => page.evaluate(() => {
  const found = [];
  for (const box of document.querySelectorAll('main, .card, dialog[open], .ah-top')) {
    const edge = box.getBoundingClientRect().right + 1;
    for (const part of box.querySelectorAll('*')) {
      if (!part.checkVisibility() || part.closest('.sr, svg, .ah-scroll, .ah-seg, .ah-tabs, [popover]')) continue;
      const { right, width } = part.getBoundingClientRect();
      if (width > 1 && right > edge) found.push(`${part.tagName}.${part.className} by ${Math.round(right - edge)}`);
    }
  }
  return found;
});

async function look(page) {
  await check(page);
  assert.deepEqual(await stickingOut(page), [], `out of its card on ${page.url()}`);
}

const STYLES = { wide: {}, phone: { width: 'phone' }, narrow: { width: 'narrow' } };

for (const [name, style] of Object.entries(STYLES)) {
  test(`${name}: pages of a token and of a person`, async () => {
    const page = await signedIn(style);
    const { origin } = new URL(hub.base);
    const paths = [
      tokenPath, `${tokenPath}/edit`, `${tokenPath}/rotate`, `${tokenPath}/revoke`,
      personPath, `${personPath}/deactivate`,
    ].map((path) => origin + path);
    const id = tokenPath.split('/').pop();
    const lists = [CONSOLE, `${CONSOLE}/calls?token=${id}`, `${PEOPLE}?search=WWW`].map((path) => hub.base + path);
    for (const address of [...paths, ...lists]) {
      await page.goto(address);
      await look(page);
    }
    await page.goto(origin + personPath);
    for (const control of [page.getByRole('button', { name: 'Invite' }), page.getByRole('link', { name: 'Deactivate…' })]) {
      const { x, width } = await control.boundingBox();
      assert.ok(x >= 0 && x + width <= page.viewportSize().width, 'what one has to press is in the window');
    }
    await page.context().close();
  });

  test(`${name}: what opens over the console`, async () => {
    const page = await signedIn(style);
    await page.goto(hub.base + CONSOLE);
    await page.getByRole('link', { name: TOKEN }).first().click();
    const drawer = page.getByRole('dialog', { name: TOKEN });
    await drawer.waitFor();
    await look(page);
    await drawer.getByRole('link', { name: 'Revoke…' }).click();
    await page.getByRole('dialog', { name: `Revoke “${TOKEN}”?` }).waitFor();
    await look(page);
    await page.context().close();
  });
}
