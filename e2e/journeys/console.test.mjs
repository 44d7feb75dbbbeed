// The heart of the product, end to end: an administrator makes a token, a script uses it, and both see what became of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check, checkFit, signIn, startBoth } from '../harness.mjs';

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

test('two people at one token: each keeps what they changed, and a late rotation goes on from what stands there', async () => {
  const page = await signedIn();
  await page.goto(`${consolePath()}/tokens/new`);
  await page.getByLabel('Token Name').fill('For two');
  await page.getByRole('button', { name: 'Save' }).click();
  await row(page, 'For two').waitFor();
  const other = await signedIn();

  await act(page, 'For two', 'Edit');
  const edit = page.getByRole('dialog', { name: 'Edit Token' });
  await edit.getByLabel('Token Name').fill('For two, renamed');
  const key = edit.getByLabel('App Key', { exact: true });
  await edit.getByText('Set', { exact: true }).click();
  await key.fill('never sent');
  await edit.getByText('Keep', { exact: true }).click();
  assert.equal(await key.isVisible(), false);
  await act(other, 'For two', 'Deactivate');
  await row(other, 'For two').getByText('Inactive').waitFor();
  await edit.getByRole('button', { name: 'Save' }).click();
  await edit.getByText('Somebody else changed this token meanwhile').waitFor();
  assert.equal(await edit.getByLabel('Token Name').inputValue(), 'For two, renamed');
  await check(page);
  await edit.getByRole('button', { name: 'Keep mine' }).click();
  await row(page, 'For two, renamed').getByText('Inactive').waitFor();

  await act(page, 'For two, renamed', 'Rotate…');
  const rotate = page.getByRole('dialog', { name: 'Rotate' });
  await other.goto(consolePath());
  await act(other, 'For two, renamed', 'Activate');
  await row(other, 'For two, renamed').getByText('Active', { exact: true }).waitFor();
  await rotate.getByRole('button', { name: 'Rotate token' }).click();
  await rotate.getByText('This token was changed since you opened the form').waitFor();
  await check(page);
  await rotate.getByRole('button', { name: 'Rotate token' }).click();
  await page.getByRole('button', { name: 'Copy credential' }).waitFor();
  await other.context().close();
  await page.context().close();
});

test('what is typed in User makes a type only once it names somebody', async () => {
  const page = await signedIn();
  await page.getByRole('link', { name: 'Generate Token' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add Token' });
  const user = dialog.getByLabel('User', { exact: true });
  const marked = () => dialog.locator('.ah-type.now').getAttribute('data-kind', { timeout: 1000 }).catch(() => 'none');
  assert.equal(await marked(), 'tenant-level');
  await user.fill('nobody is called so');
  await dialog.getByRole('option', { name: 'Nobody active is called so' }).waitFor();
  assert.equal(await marked(), 'none');
  await check(page);
  await user.press('ArrowDown');
  await user.press('Enter');
  assert.equal(await user.inputValue(), 'nobody is called so', 'that sentence can’t be chosen');
  const other = hub.userWithRole('Standard User').email;
  await user.fill(other.slice(0, 5));
  await dialog.getByRole('option').filter({ hasText: other }).click();
  assert.equal(await marked(), 'user-assigned');
  await user.fill(hub.userWithRole('System Admin').email);
  assert.equal(await marked(), 'personal');
  await page.context().close();
});

test('after a refusal the first wrong field has the focus, in the dialog and on a page', async () => {
  const page = await signedIn();
  await page.getByRole('link', { name: 'Generate Token' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add Token' });
  await dialog.getByLabel('Token Name').fill('Rightly named');
  await dialog.getByLabel('App Key', { exact: true }).fill('short');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText('1 field needs another look').waitFor();
  await page.waitForFunction(() => document.activeElement.id === 'token-app-key');
  await page.goto(`${hub.base}/admin/manage-access/assign-roles/new`);
  await page.getByLabel('First name').fill('Mia');
  await page.getByLabel('Last name').fill('Berg');
  await page.getByLabel('E-mail').fill(hub.userWithRole('System Admin').email);
  await page.getByRole('button', { name: 'Add person' }).click();
  await page.getByRole('alert').getByRole('link', { name: 'E-mail' }).waitFor();
  await page.waitForFunction(() => document.activeElement.id === 'email');
  await check(page);
  await page.context().close();
});

test('what was typed in Add Token is not lost by a slip', async () => {
  const page = await signedIn();
  const dialog = page.getByRole('dialog', { name: 'Add Token' });
  const question = dialog.getByRole('group', { name: 'What you typed isn’t saved' });
  const open = async () => {
    await page.getByRole('link', { name: 'Generate Token' }).click();
    await dialog.locator('#token-name:focus').waitFor();
  };
  await open();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });

  await open();
  await dialog.getByLabel('Token Name').fill('Nightly export');
  await dialog.getByLabel('User', { exact: true }).fill('moreau');
  await dialog.getByRole('option').first().waitFor();
  await page.keyboard.press('Escape'); // the list of people
  assert.equal(await question.isVisible(), false);
  await page.keyboard.press('Escape');
  await question.waitFor();
  await check(page);
  await question.getByRole('button', { name: 'Go on typing' }).click();
  await page.mouse.click(5, 5); // beside the dialog
  assert.equal(await dialog.getByLabel('Token Name').inputValue(), 'Nightly export');

  await dialog.getByLabel('App Key', { exact: true }).fill('short');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText('2 fields need another look').waitFor();
  await page.keyboard.press('Escape');
  await question.waitFor(); // although nothing was typed since
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await open();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  await page.context().close();
});

test('at 400 % a dialog scrolls as a whole, and all that is suggested can be reached', async () => {
  const page = await signedIn({ width: 'narrow' });
  await page.setViewportSize({ width: 320, height: 256 });
  await page.getByRole('link', { name: 'Generate Token' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add Token' });
  const user = dialog.getByLabel('User', { exact: true });
  await user.click();
  await dialog.getByRole('option').first().waitFor();
  const count = await dialog.getByRole('option').count();
  for (let pressed = 0; pressed < count; pressed += 1) await user.press('ArrowDown');
  const inWindow = () => page.evaluate(() => {
    const { top, bottom } = document.querySelector('#token-user-options [aria-selected="true"]').getBoundingClientRect();
    return top >= 0 && bottom <= window.innerHeight;
  });
  assert.ok(await inWindow(), 'the option that is marked is in the window');
  await user.press('Enter');
  const save = dialog.getByRole('button', { name: 'Save' });
  const { y } = await save.boundingBox();
  assert.ok(y > 256, 'the buttons come after the fields, not over them');
  await checkFit(page);
  await page.context().close();
});

test('a switch keeps its state where the colours are forced', async () => {
  const page = await signedIn();
  await page.emulateMedia({ forcedColors: 'active' });
  await page.goto(`${consolePath()}/settings`);
  const look = (name) => page.getByRole('switch', { name }).evaluate((field) => {
    const { backgroundColor } = getComputedStyle(field);
    const { insetInlineStart, backgroundColor: knob } = getComputedStyle(field, '::before');
    return `${backgroundColor} ${insetInlineStart} ${knob}`;
  });
  const off = await look('Copy values again');
  await page.getByRole('switch', { name: 'Copy values again' }).check();
  assert.notEqual(await look('Copy values again'), off);
  assert.doesNotMatch(off, /^(rgb\(.*?\)) .*\1$/, 'the knob can be told from its ground');
  await page.context().close();
});

test('a value copied again is shown once, and hidden with a word after half a minute', async () => {
  const page = await browser.page();
  await page.clock.install();
  await signIn(page, hub, hub.userWithRole('System Admin'));
  await page.goto(`${consolePath()}/settings`);
  await page.getByRole('switch', { name: 'Copy values again' }).check();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('status').getByText('Settings saved.').waitFor();
  await page.goto(`${consolePath()}/tokens/new`);
  await page.getByLabel('Token Name').fill('Copied again');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Copy it now, before you leave this page').waitFor();
  await page.goto(consolePath());
  await act(page, 'Copied again', 'Copy again');
  const now = page.getByText('Copy it now, before you leave this page');
  await now.waitFor();
  await check(page);
  await page.clock.fastForward(31_000);
  await page.getByRole('heading', { name: 'The value is hidden again' }).waitFor();
  assert.equal(await now.isVisible(), false);
  await check(page);
  await page.reload();
  await row(page, 'Copied again').waitFor();
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
  const other = hub.userWithRole('Standard User').email;
  await page.getByLabel('User', { exact: true }).fill(other.slice(0, 5));
  await page.getByRole('button', { name: 'Find people' }).click();
  await check(page);
  await page.getByRole('group', { name: 'People found' }).getByRole('button', { name: other }).click();
  assert.equal(await page.getByLabel('User', { exact: true }).inputValue(), other);
  await page.getByLabel('User', { exact: true }).fill('');
  await page.getByLabel('Token Name').press('Enter'); // saves, and doesn't search once more
  await page.getByText('Copy it now, before you leave this page').waitFor();
  await row(page, 'No scripts').getByText('acts for the tenant').waitFor();
  await page.context().close();
});
