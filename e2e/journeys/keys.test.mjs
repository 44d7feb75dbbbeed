// The keyboard alone: each key that the list of keys names does what it says, on each page that has it, and no other.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check, signIn, startBoth } from '../harness.mjs';

const { hub, browser } = await startBoth();

const CONSOLE = '/admin/platform-setup/open-api';
const PEOPLE = '/admin/manage-access/assign-roles';

async function signedIn(path, { role = 'System Admin', ...options } = {}) {
  const page = await browser.page(options);
  await signIn(page, hub, hub.userWithRole(role));
  await page.goto(hub.base + path);
  return page;
}

const focused = (page) => page.evaluate(() => document.activeElement.textContent.trim());
const names = (page) => page.locator('.ah-rows tbody [role="rowheader"] a').allTextContents();
const listed = (page) => page.locator('.ah-keys dl > div').evaluateAll((rows) => rows.map((row) => ({
  text: row.querySelector('dt').textContent,
  keys: [...row.querySelectorAll('kbd')].map((key) => key.textContent),
})));

test('? lists the keys in a dialog, Esc closes it, and a link leads to the same list as a page', async () => {
  const page = await signedIn('/');
  await page.keyboard.press('?');
  const dialog = page.getByRole('dialog', { name: 'Keyboard' });
  await dialog.getByText('Next row').waitFor();
  await check(page);
  await page.keyboard.press('g');
  await page.keyboard.press('p');
  assert.equal(page.url(), `${hub.base}/`, 'what lies under a dialog stays where it is');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  const href = await page.getByRole('navigation', { name: 'You' }).getByRole('link', { name: 'Keyboard' }).getAttribute('href');
  await page.goto(new URL(href, page.url()).href);
  await page.getByRole('heading', { name: 'Keyboard', level: 1 }).waitFor();
  await check(page);
  await page.context().close();
});

test('every page that the list names is reached from every other, also in a narrow window', async () => {
  const page = await signedIn('/keyboard');
  const go = (await listed(page)).filter(({ keys }) => keys[0] === 'G');
  assert.deepEqual(go.map(({ text }) => text), ['Home', 'Automation Pipeline', 'Assign Roles', 'Open API']);
  await page.setViewportSize({ width: 500, height: 800 });
  for (const { text, keys } of [...go, ...go.toReversed()]) {
    await page.keyboard.type(keys.join('').toLowerCase());
    await page.waitForFunction((title) => document.title.startsWith(title), text);
  }
  await page.context().close();
});

test('the list names only what a person may reach', async () => {
  const page = await signedIn('/keyboard', { role: 'Standard User' });
  const go = (await listed(page)).filter(({ keys }) => keys[0] === 'G');
  assert.deepEqual(go.map(({ text }) => text), ['Home', 'Automation Pipeline']);
  await page.keyboard.type('go');
  assert.equal(page.url(), `${hub.base}/keyboard`);
  await page.context().close();
});

for (const path of [CONSOLE, PEOPLE, '/automation-pipeline']) {
  test(`J and K walk through the rows of ${path}, and Enter opens one`, async () => {
    const page = await signedIn(path);
    const rows = await names(page);
    await page.keyboard.type('jj');
    assert.equal(await focused(page), rows[1].trim());
    await page.keyboard.type('k');
    assert.equal(await focused(page), rows[0].trim());
    await page.keyboard.type('k');
    assert.equal(await focused(page), rows[0].trim(), 'the first row stays the first');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: rows[0].trim() }).first().waitFor();
    await page.context().close();
  });
}

test('a row of the console gives its menu to . and its form to E, and both give the focus back', async () => {
  const page = await signedIn(CONSOLE);
  const [first] = await names(page);
  await page.keyboard.type('j.');
  assert.match(await focused(page), /^Edit/);
  await page.keyboard.press('Escape');
  assert.equal(await focused(page), first);
  await page.keyboard.type('e');
  const edit = page.getByRole('dialog', { name: 'Edit Token' });
  await edit.waitFor();
  await edit.getByLabel('Token Name').fill('Renamed by keys');
  await page.keyboard.press('Control+Enter');
  await page.getByRole('rowheader', { name: 'Renamed by keys' }).waitFor();
  await page.keyboard.type('j');
  await page.keyboard.press('Enter');
  const drawer = page.getByRole('dialog', { name: 'Renamed by keys' });
  await drawer.waitFor();
  await page.keyboard.type('e');
  await edit.waitFor();
  await page.keyboard.press('Escape');
  await edit.waitFor({ state: 'hidden' });
  await page.context().close();
});

test('/ reaches the search, and inside a field keys are letters', async () => {
  const page = await signedIn(CONSOLE);
  await page.keyboard.type('/g/o?jk.e');
  assert.equal(await page.getByRole('searchbox', { name: 'Search automations' }).inputValue(), 'g/o?jk.e');
  assert.equal(await page.getByRole('dialog').count(), 0);
  await page.context().close();
});

test('single keys are switched off in the profile, and on again', async () => {
  const page = await signedIn('/profile');
  await page.getByRole('switch', { name: 'Single keys' }).uncheck();
  await page.locator('form').filter({ has: page.getByRole('switch') }).getByRole('button', { name: 'Save' }).click();
  await page.getByRole('status').getByText('Saved.').waitFor();
  assert.equal(await page.getByRole('switch', { name: 'Single keys' }).isChecked(), false);
  await check(page);
  await page.goto(hub.base + CONSOLE);
  await page.keyboard.type('?/jgp.e');
  assert.deepEqual([page.url(), await page.evaluate(() => document.activeElement.tagName)], [hub.base + CONSOLE, 'BODY']);
  await page.goto(`${hub.base}/keyboard`);
  assert.deepEqual((await listed(page)).map(({ text }) => text), ['Send the form', 'Close what is topmost']);
  await page.goto(`${hub.base}/profile`);
  await page.getByRole('switch', { name: 'Single keys' }).check();
  await page.locator('form').filter({ has: page.getByRole('switch') }).getByRole('button', { name: 'Save' }).click();
  await page.getByRole('status').getByText('Saved.').waitFor();
  await page.keyboard.type('gp');
  await page.waitForURL('**/automation-pipeline');
  await page.context().close();
});
