// Every page and state of it, wide and light, wide and dark, as a phone shows it, and at 320 pixels, which is what 400 %
// of a usual window leaves: no rule of accessibility is broken, nothing is wider than the window or too small for a finger.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check, checkFit, signIn, startBoth } from '../harness.mjs';

const { hub, browser } = await startBoth();

/** Attaches a document to the first automation. */
async function attach(content) {
  const { token } = hub.tokens.find((one) => one.type === 'personal');
  const response = await fetch(`${hub.base}/api/v1/openapi/automations/1/documents`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${hub.tenant_id}/${token}`, 'x-ah-openapi-auth': 'openapi-token', 'Content-Type': 'application/json',
    },
    body: JSON.stringify({
      document_title: 'Process definition document with all exceptions and their handling',
      document_description: 'Signed off by the process owner.\nThe second version replaces the first one.',
      document_type_id: 1,
      ...content,
    }),
  });
  assert.equal(response.status, 201, await response.text());
}

await attach({ file: { file_name: 'plan.txt', mimetype: 'text/plain', file_content: 'UGxhbg==', file_encoding: 'base64' } });
await attach({ document_title: 'Wiki', embed_link: 'https://wiki.example/plan' });

const CONSOLE = '/admin/platform-setup/open-api';
const PEOPLE = '/admin/manage-access/assign-roles';

const VISITED = ['/sign-in', '/invitation/nowhere'];
const DAILY = [
  '/', '/profile', '/profile/password', '/keyboard', '/confirm-password', '/nowhere',
  '/automation-pipeline', '/automation-pipeline?search=nothing-is-called-so', '/automation-pipeline?page=999',
  '/automation-profile/1/documentation', '/automation-profile/2/documentation',
];
const ADMIN = [
  PEOPLE, `${PEOPLE}?search=nobody-is-called-so`, `${PEOPLE}/new`, `${PEOPLE}/2`, `${PEOPLE}/2/deactivate`, `${PEOPLE}/99999`,
];
const TOKENS = [
  '', '?state=expired', '?state=revoked', '?user=nobody-is-called-so', '?token=1&done=saved', '/settings', '/calls',
  '/tokens/new', '/tokens/1', '/tokens/1/edit', '/tokens/1/rotate', '/tokens/1/revoke', '/tokens/99999',
].map((path) => CONSOLE + path);

const STYLES = { wide: {}, dark: { theme: 'dark' }, phone: { width: 'phone' }, narrow: { width: 'narrow' } };

async function visit(page, paths, look) {
  for (const path of paths) {
    const response = await page.goto(hub.base + path);
    assert.ok(response.status() < 500, `${response.status()} for ${path}`);
    await look(page);
  }
}

for (const [name, style] of Object.entries(STYLES)) {
  // The narrow one has the phone's layout: only what has no room there is new.
  const look = name === 'narrow' ? checkFit : check;
  test(`${name}: before signing in, and every day`, async () => {
    const page = await browser.page(style);
    await visit(page, VISITED, look);
    await page.goto(`${hub.base}/sign-in`);
    await page.getByLabel('E-mail').fill('nobody@nordwind.test');
    await page.getByLabel('Password').fill('a wrong password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    await look(page);
    await signIn(page, hub, hub.userWithRole('System Admin'));
    await visit(page, DAILY, look);
    await page.goto(`${hub.base}/automation-pipeline`);
    await page.getByRole('rowheader').first().getByRole('link').click();
    await page.getByRole('heading', { level: 1 }).waitFor();
    await look(page);
    await page.getByText('Explain this number').click();
    await look(page);
    await page.context().close();
  });

  test(`${name}: the Admin Console`, async () => {
    const page = await browser.page(style);
    await signIn(page, hub, hub.userWithRole('System Admin'));
    await visit(page, [...ADMIN, ...TOKENS], look);
    await page.context().close();
  });
}

for (const [name, style] of Object.entries({ wide: {}, dark: { theme: 'dark' }, phone: { width: 'phone' } })) {
  test(`${name}: what opens over the console`, async () => {
    const page = await browser.page(style);
    await signIn(page, hub, hub.userWithRole('System Admin'));
    await page.goto(hub.base + CONSOLE);
    const actions = page.getByRole('button', { name: /^Actions for / }).first();
    await actions.click();
    await check(page);
    for (const item of ['Edit', 'Rotate…', 'Usage', 'Revoke…']) {
      await page.getByRole('link', { name: item, exact: true }).locator('visible=true').click();
      await page.getByRole('dialog').waitFor();
      await check(page);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
      await actions.click();
    }
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'Generate Token' }).click();
    const add = page.getByRole('dialog', { name: 'Add Token' });
    // The dialog puts the focus there once it is open; a list that is open in another field would close with that.
    await add.locator('#token-name:focus').waitFor();
    await add.getByLabel('User', { exact: true }).fill('moreau');
    await add.getByRole('option').first().waitFor();
    await check(page);
    await add.getByLabel('User', { exact: true }).fill('nobody at all');
    await add.getByLabel('Token Name').fill('Wrong in two fields');
    await add.getByLabel('App Key', { exact: true }).fill('short');
    await add.getByRole('button', { name: 'Save' }).click();
    await add.getByText('2 fields need another look').waitFor();
    await check(page);
    await page.context().close();
  });
}

test('somebody without a permission is told which one, and the shell stays', async () => {
  const page = await browser.page();
  await signIn(page, hub, hub.userWithRole('Standard User'));
  await page.goto(hub.base + CONSOLE);
  await page.getByText('Open API').first().waitFor();
  await page.getByRole('navigation', { name: 'You' }).waitFor();
  await check(page);
  await page.context().close();
});
