// What assets/app.js promises every page, tried on a page made for it, under the content policy of the product.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { check, startBrowser } from '../harness.mjs';

const ASSETS = new URL('../../crates/server/assets/', import.meta.url);
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
  + "form-action 'self'; base-uri 'none'";

const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Scripts</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="favicon.svg">
<link rel="stylesheet" href="app.css"><script type="module" src="app.js"></script></head><body>
<main><h1>Scripts</h1>
<p><label>Search <input type="search" data-key="/"></label></p>
<p><button type="button" class="btn" data-copy="8f3c/c41e">Copy credential</button>
<button type="button" class="btn btn-sq" aria-label="Copy tenant ID" data-copy="8f3c"></button></p>
<p><a href="elsewhere" data-dialog="add">Generate Token</a>
<button type="button" class="btn" popovertarget="menu">Actions</button></p>
<div id="menu" popover class="ah-menu"><button type="button" command="show-modal" commandfor="add">Edit</button></div>
<dialog id="add" aria-labelledby="add-title" class="ah-dialog"><h2 id="add-title">Add Token</h2>
<form method="dialog"><button class="btn">Cancel</button></form></dialog>
<form method="post" action="save"><label>Token Name <input name="name" value="bot"></label>
<button class="btn" name="action" value="keep" data-busy="Saving…">Save</button></form>
<p><a href="#board" data-key="g b">Board</a></p>
</main></body></html>`;

const EDIT = `<p><a href="elsewhere" data-dialog="edit">Edit Token</a></p>
<dialog id="edit" aria-labelledby="edit-title" class="ah-dialog"><form method="post" action="save"><h2 id="edit-title">Edit Token</h2>
<div class="fields"><label>Name <input name="name" value="bot"></label><label>Password <input name="password" type="password"></label></div>
<button class="btn" type="button" command="close" commandfor="edit">Cancel</button><button class="btn">Save</button></form></dialog>`;

const TYPES = { css: 'text/css', js: 'text/javascript', svg: 'image/svg+xml' };
let server;
let browser;
let page;
let address;
let posted;

async function answer(request, response) {
  const name = new URL(request.url, address).pathname.slice(1);
  if (request.method === 'POST') {
    let body = '';
    for await (const part of request) body += part;
    posted.push(body);
    response.writeHead(204).end(); // the browser stays on the page, as it was when the form was sent
  } else if (name === '') {
    response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': POLICY }).end(PAGE);
  } else {
    const body = await readFile(new URL(name, ASSETS));
    response.writeHead(200, { 'content-type': TYPES[name.split('.').pop()] }).end(body);
  }
}

before(async () => {
  server = createServer((request, response) => {
    answer(request, response).catch(() => response.writeHead(404).end());
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${server.address().port}/`;
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  server.closeAllConnections();
  server.close();
});
beforeEach(async () => {
  posted = [];
  page = await browser.page();
  await page.goto(address, { waitUntil: 'networkidle' });
});
afterEach(() => page.context().close());

/** Waits until what shows this text has the focus: a browser tells of a dialog's end after it is gone. */
const focusOn = (text) => page.waitForFunction((text) => document.activeElement.textContent.trim() === text, text);
const clipboard = () => page.evaluate(() => navigator.clipboard.readText());

test('the page breaks no rule', () => check(page));

test('a copy button puts its value on the clipboard and says so', async () => {
  const button = page.getByRole('button', { name: 'Copy credential' });
  await button.click();
  await page.getByRole('button', { name: 'Copied', exact: true }).waitFor();
  await page.getByRole('status').getByText('Copied').waitFor();
  assert.equal(await clipboard(), '8f3c/c41e');
  await button.waitFor();
});

test('a copy button without a text keeps its name', async () => {
  const button = page.getByRole('button', { name: 'Copy tenant ID' });
  await button.click();
  await page.locator('[data-copied]').waitFor();
  assert.equal(await button.count(), 1);
  assert.equal(await clipboard(), '8f3c');
});

test('a link opens its dialog, and closing gives it the focus back', async () => {
  const link = page.getByRole('link', { name: 'Generate Token' });
  await link.click();
  await page.getByRole('dialog', { name: 'Add Token' }).waitFor();
  assert.equal(page.url(), address);
  await page.keyboard.press('Escape');
  await focusOn('Generate Token');
});

test('a dialog opened from a menu gives the focus to the button of the menu', async () => {
  await page.getByRole('button', { name: 'Actions' }).click();
  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await focusOn('Actions');
});

test('Esc asks before it closes a dialog in which something was typed, Cancel does not', async () => {
  await page.evaluate((part) => document.querySelector('main').insertAdjacentHTML('beforeend', part), EDIT);
  const dialog = page.getByRole('dialog', { name: 'Edit Token' });
  const field = dialog.getByLabel('Name');
  const question = dialog.getByRole('group', { name: 'What you typed isn’t saved' });
  const open = () => page.getByRole('link', { name: 'Edit Token' }).click();
  const gone = async () => { await dialog.waitFor({ state: 'hidden' }); await focusOn('Edit Token'); };

  await open();
  await dialog.getByLabel('Password').fill('a secret');
  await page.keyboard.press('Escape');
  await gone(); // nothing that took any thought

  await open();
  await field.fill('robot');
  await page.keyboard.press('Escape');
  await question.waitFor();
  await focusOn('Go on typing');
  await check(page);
  await page.keyboard.press('Escape');
  await question.waitFor({ state: 'hidden' });
  await page.waitForFunction(() => document.activeElement.name === 'name');
  assert.equal(await field.inputValue(), 'robot');

  await page.keyboard.press('Escape');
  await question.getByRole('button', { name: 'Go on typing' }).press('Enter');
  assert.equal(await field.inputValue(), 'robot');
  await page.keyboard.press('Escape');
  await question.getByRole('button', { name: 'Discard' }).click();
  await gone();
  await open();
  assert.equal(await question.isVisible(), false, 'a question is for once');
  await page.keyboard.press('Escape');
  await question.waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await gone();

  await open();
  await field.fill('bot');
  await page.keyboard.press('Escape');
  await gone(); // as it was
});

test('what was done is said once: the address forgets it', async () => {
  await page.goto(`${address}?state=all&done=saved#board`);
  assert.equal(page.url(), `${address}?state=all#board`);
  await page.goBack();
  assert.equal(page.url(), address);
});

test('a form is sent once, with the pressed button, and says that it works', async () => {
  await page.getByRole('button', { name: 'Save' }).click();
  const busy = page.getByRole('button', { name: 'Saving…' });
  await busy.waitFor();
  assert.ok(await busy.isDisabled());
  await page.locator('form[method="post"]').evaluate((form) => { form.requestSubmit(); });
  await page.evaluate(() => fetch('favicon.svg')); // a second form would have arrived before this
  assert.deepEqual(posted, ['name=bot&action=keep']);
});

test('single keys reach what they name, but never from inside a field', async () => {
  await page.keyboard.press('/');
  const search = page.getByLabel('Search');
  assert.ok(await search.evaluate((field) => field === document.activeElement));
  await page.keyboard.type('g/b');
  assert.equal(await search.inputValue(), 'g/b');
  await search.blur();
  await page.keyboard.type('gb');
  await page.waitForURL('**#board');
});

test('single keys can be switched off', async () => {
  await page.evaluate(() => { document.documentElement.dataset.keys = 'off'; });
  await page.keyboard.press('/');
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'BODY');
});
