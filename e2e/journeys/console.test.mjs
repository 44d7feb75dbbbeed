// The heart of the product, end to end: an administrator makes a token, a script uses it, and both see what became of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check, signIn, startBoth } from '../harness.mjs';

const { hub, browser } = await startBoth();

const consolePath = () => `${hub.base}/admin/platform-setup/open-api`;
const row = (page, name) => page.getByRole('row').filter({ has: page.getByRole('rowheader', { name }) });

async function signedIn(options) {
  const page = await browser.page(options);
  await signIn(page, hub, hub.userWithRole('System Admin'));
  await page.goto(consolePath());
  return page;
}

function call(credential, appKey) {
  const headers = { 'authorization': `Bearer ${credential}`, 'x-ah-openapi-auth': 'openapi-token' };
  if (appKey) headers['x-ah-openapi-app-key'] = appKey;
  return fetch(`${hub.base}/api/v1/openapi/authinfo`, { headers });
}

async function act(page, name, item) {
  await page.getByRole('button', { name: `Actions for ${name}` }).click();
  await page.getByRole('link', { name: item, exact: true }).or(page.getByRole('button', { name: item, exact: true }))
    .locator('visible=true').click();
}

test('a token is made, copied, called, edited, rotated, switched off, and its use is seen', async () => {
  const page = await signedIn();
  const me = hub.userWithRole('System Admin').email;
  await page.getByRole('link', { name: 'Generate Token' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add Token' });
  await dialog.getByLabel('Token Name').fill('Journey');
  assert.ok(await dialog.getByLabel('Token', { exact: true }).getAttribute('readonly') !== null);
  await dialog.getByLabel('User', { exact: true }).fill(me.slice(0, 6));
  await dialog.getByRole('option').filter({ hasText: me }).click();
  assert.equal(await dialog.getByLabel('User', { exact: true }).inputValue(), me);
  await dialog.getByRole('button', { name: 'Generate' }).click();
  const appKey = await dialog.getByLabel('App Key', { exact: true }).inputValue();
  await check(page);
  await dialog.getByRole('button', { name: 'Save' }).click();

  await page.getByRole('button', { name: 'Copy credential' }).click();
  const credential = await page.evaluate(() => navigator.clipboard.readText());
  await check(page);
  await page.getByRole('button', { name: 'Call now' }).click();
  await page.getByText(/^200, answered in \d+ ms$/).waitFor();
  await page.getByText(`acts as ${me}`).waitFor();
  assert.equal((await call(credential, appKey)).status, 200);
  assert.equal((await call(credential)).status, 401);

  await page.reload();
  assert.equal(await page.getByText(credential.split('/')[1]).count(), 0);
  assert.equal((await call(credential, appKey)).status, 200);

  await act(page, 'Journey', 'Edit');
  const edit = page.getByRole('dialog', { name: 'Edit Token' });
  await edit.getByLabel('Token Name').fill('Journey, renamed');
  await edit.getByText('Remove', { exact: true }).click();
  await edit.getByRole('button', { name: 'Save' }).click();
  await row(page, 'Journey, renamed').waitFor();
  assert.equal((await call(credential)).status, 200);

  await act(page, 'Journey, renamed', 'Rotate…');
  await page.getByRole('dialog').getByText('At once', { exact: true }).click();
  await page.getByRole('button', { name: 'Rotate token' }).click();
  await page.getByRole('button', { name: 'Copy credential' }).click();
  const rotated = await page.evaluate(() => navigator.clipboard.readText());
  assert.notEqual(rotated, credential);
  assert.equal((await call(credential)).status, 401);
  assert.equal((await call(rotated)).status, 200);

  await act(page, 'Journey, renamed', 'Deactivate');
  await row(page, 'Journey, renamed').getByText('Inactive').waitFor();
  assert.equal((await call(rotated)).status, 401);

  await act(page, 'Journey, renamed', 'Usage');
  const usage = page.getByRole('dialog', { name: 'Journey, renamed' });
  await usage.getByText('You switched the token off').waitFor();
  await check(page);
  await page.context().close();
});

for (const options of [{ theme: 'dark' }, { width: 'phone' }, { javascript: false }]) {
  test(`the pages hold up with ${JSON.stringify(options)}`, async () => {
    const page = await signedIn(options);
    await check(page);
    for (const path of ['/tokens/new', '/tokens/1', '/tokens/1/edit', '/tokens/1/rotate', '/tokens/1/revoke', '/settings']) {
      await page.goto(consolePath() + path);
      await check(page);
    }
    await page.context().close();
  });
}

test('without scripts a token is made on a page of its own', async () => {
  const page = await signedIn({ javascript: false });
  await page.getByRole('link', { name: 'Generate Token' }).click();
  await page.getByLabel('Token Name').fill('No scripts');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Copy it now, before you leave this page').waitFor();
  await row(page, 'No scripts').getByText('acts for the tenant').waitFor();
  await page.context().close();
});
