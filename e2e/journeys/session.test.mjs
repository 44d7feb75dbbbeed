// The end of a session: announced, put off, and without loss of what was typed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check, signIn, startBoth } from '../harness.mjs';

const PEOPLE = '/admin/manage-access/assign-roles';
const CONSOLE = '/admin/platform-setup/open-api';

const { hub, browser } = await startBoth();

/** A page whose own clock can be put on; the server's goes on as always. */
async function signedIn(path) {
  const page = await browser.page();
  await page.clock.install();
  await signIn(page, hub, hub.userWithRole('System Admin'));
  await page.goto(hub.base + path, { waitUntil: 'networkidle' });
  return page;
}

/** The same browser, in another tab. */
async function otherTab(page) {
  const tab = await page.context().newPage();
  await tab.goto(`${hub.base}/`);
  return tab;
}

async function signOut(page) {
  const tab = await otherTab(page);
  await tab.getByRole('button', { name: 'Sign out' }).click();
  await tab.waitForURL('**/sign-in');
  return tab;
}

test('two minutes ahead one is told, and can stay', async () => {
  const page = await signedIn(`${PEOPLE}/new`);
  await page.getByLabel('First name').fill('Mia');
  const soon = page.getByRole('dialog', { name: 'You are about to be signed out' });
  await page.clock.fastForward('27:30');
  assert.equal(await soon.count(), 0, 'not earlier');
  await page.clock.fastForward('01:00');
  await soon.waitFor();
  await check(page);
  await page.keyboard.press('Enter');
  await soon.waitFor({ state: 'hidden' });
  assert.ok(await page.getByLabel('First name').evaluate((field) => field === document.activeElement), 'back where one was');
  await page.clock.fastForward('27:00');
  assert.equal(await soon.count(), 0, 'it lasts again');
  await page.clock.fastForward('01:30');
  await soon.waitFor();
  await page.clock.fastForward('02:00');
  const over = page.getByRole('dialog', { name: 'You are signed out' });
  await over.waitFor();
  await check(page);
  await over.getByRole('button', { name: 'Back to the page' }).click();
  await page.clock.fastForward('01:00');
  assert.equal(await over.count(), 0, 'told once');
  assert.equal(await page.getByLabel('First name').inputValue(), 'Mia');
  await page.context().close();
});

test('a form that is sent after the session ended loses nothing', async () => {
  const page = await signedIn(`${PEOPLE}/new`);
  await page.getByLabel('First name').fill('Mia');
  await page.getByLabel('Last name').fill('Berg');
  await page.getByLabel('E-mail').fill('mia.berg@nordwind.test');
  const tab = await signOut(page);
  await page.clock.fastForward('02:00');
  await page.getByRole('button', { name: 'Add person' }).click();
  const over = page.getByRole('dialog', { name: 'You are signed out' });
  await over.waitFor();
  assert.match(await over.getByRole('link', { name: 'Sign in in a new tab' }).getAttribute('href'), /\/sign-in$/);
  await signIn(tab, hub, hub.userWithRole('System Admin'));
  await over.waitFor({ state: 'hidden' }); // the other tab tells of it
  await page.getByRole('button', { name: 'Add person' }).click();
  await page.getByRole('heading', { name: 'Mia Berg' }).waitFor();
  await page.context().close();
});

test('nor does a form in a dialog, even right after a sign-out elsewhere', async () => {
  const page = await signedIn(CONSOLE);
  await page.getByRole('link', { name: 'Generate Token' }).click();
  const add = page.getByRole('dialog', { name: 'Add Token' });
  await add.getByLabel('Token Name').fill('Typed before');
  const tab = await signOut(page);
  await add.getByRole('button', { name: 'Save' }).click();
  const over = page.getByRole('dialog', { name: 'You are signed out' });
  await over.waitFor();
  await signIn(tab, hub, hub.userWithRole('System Admin'));
  await over.waitFor({ state: 'hidden' }); // the other tab tells of it
  await add.getByRole('button', { name: 'Save' }).click();
  await add.getByText('another look: Token').waitFor(); // its draft was the other session's: here is a new one
  assert.equal(await add.getByLabel('Token Name').inputValue(), 'Typed before');
  await add.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('rowheader', { name: 'Typed before' }).waitFor();
  await page.context().close();
});
