// The interactive API document: it renders under the strict content policy, and a call can be tried from it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startBoth } from '../harness.mjs';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

const { hub, browser } = await startBoth();

async function opened(options) {
  const page = await browser.page(options);
  await page.goto(`${hub.address}/api/v1/api-doc/`);
  return page;
}

const operation = (page, id) => page.locator(`.opblock[id$="-${id}"]`);

test('every call is shown, and one unfolds, without a script error or a refused resource', async () => {
  const page = await opened();
  await page.getByRole('heading', { name: 'Automation Hub Open API' }).waitFor();
  const { paths } = await (await fetch(`${hub.address}/api/v1/api-doc/openapi.json`)).json();
  const calls = Object.values(paths).flatMap((path) => Object.keys(path).filter((key) => METHODS.includes(key)));
  assert.ok(calls.includes('get') && calls.includes('post'));
  assert.equal(await page.locator('.opblock').count(), calls.length);
  const submit = operation(page, 'submit_idea');
  await submit.locator('.opblock-summary-control').click();
  await submit.getByText('Resource Created.', { exact: true }).waitFor();
  await submit.locator('textarea').waitFor();
  assert.equal(await page.locator('main').count(), 1);
  assert.deepEqual(page.problems, []);
});

test('a call is made with a token typed into the page', async () => {
  const page = await opened();
  const { token } = hub.tokens.find((one) => one.type === 'personal' && !one.app_key);
  await page.getByRole('button', { name: 'Authorize' }).first().click();
  const dialog = page.locator('.modal-ux');
  await dialog.getByLabel('auth-bearer-value').fill(`${hub.tenant_id}/${token}`);
  await dialog.locator('.auth-container', { hasText: 'Bearer' }).getByRole('button', { name: 'Apply' }).click();
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  const call = operation(page, 'auth_info');
  await call.locator('.opblock-summary-control').click();
  const answered = page.waitForResponse((response) => response.url().endsWith('/authinfo'));
  await call.getByRole('button', { name: 'Execute' }).click();
  assert.equal((await answered).status(), 200);
  await call.locator('.live-responses-table').getByText('user_email').waitFor();
  assert.deepEqual(page.problems, []);
});

test('without scripts the page leads to the document', async () => {
  const page = await opened({ javascript: false });
  assert.equal(await page.getByRole('link', { name: 'openapi.json' }).getAttribute('href'), 'openapi.json');
});
