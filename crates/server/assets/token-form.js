// The Open API console: the User field, the type it leads to, expiry presets, and "Call now".
// Parts come from the server and replace each other, so everything listens on the document.
import { announce } from './live.js';

// ---- What a form gains from scripts --------------------------------------

function enhance(root) {
  for (const form of root.querySelectorAll('[data-token-form]')) {
    const user = form.elements.user;
    user.removeAttribute('list');
    user.setAttribute('role', 'combobox');
    user.setAttribute('aria-autocomplete', 'list');
    user.setAttribute('aria-expanded', 'false');
    user.setAttribute('aria-controls', 'token-user-options');
    form.querySelector('[data-generate]').hidden = false;
    showKind(form);
    showAppKey(form);
  }
  for (const button of root.querySelectorAll('[data-call]')) button.hidden = false;
}

document.addEventListener('htmx:afterSwap', (event) => enhance(event.detail.target));

const KINDS = { 'personal': 'Personal', 'user-assigned': 'User assigned', 'tenant-level': 'Tenant level' };

/** What the token will be; nothing as long as the field names nobody for sure. */
function kindOf(form) {
  const user = form.elements.user.value.trim().toLowerCase();
  if (!user) return 'tenant-level';
  if (user === form.dataset.creator.toLowerCase()) return 'personal';
  return user === form.dataset.known?.toLowerCase() ? 'user-assigned' : null;
}

function showKind(form) {
  const kind = kindOf(form);
  for (const card of form.querySelectorAll('[data-kind]')) card.classList.toggle('now', card.dataset.kind === kind);
  const text = form.querySelector('[data-kind-text]');
  const sentence = kind ? `This will be a ${KINDS[kind]} token.` : 'Nobody is chosen yet.';
  if (text.textContent !== sentence) text.textContent = sentence;
  const password = form.querySelector('[data-password]');
  // An edit asks where the user changes; a form that was refused is drawn with what was typed.
  const isAsked = form.elements.draft ? !['tenant-level', 'personal'].includes(kind) : form.elements.user.value !== form.elements.user_shown?.value;
  if (password && !password.querySelector('[aria-invalid]')) password.hidden = !isAsked;
}

function showAppKey(form) {
  const change = form.elements.app_key_change;
  const key = form.elements.app_key;
  if (!change) return;
  const isUsed = change.value === 'replace';
  key.closest('.ah-join').hidden = !isUsed;
  // What can't be seen isn't sent.
  key.disabled = !isUsed;
}

// ---- User: a list of people while typing ---------------------------------

const WAIT_MS = 120;
let asking;
let timer;

const listOf = (input) => document.getElementById(input.getAttribute('aria-controls'));

function closeList(input) {
  const list = listOf(input);
  if (!list) return;
  list.hidden = true;
  input.setAttribute('aria-expanded', 'false');
  input.removeAttribute('aria-activedescendant');
}

function mark(input, option) {
  const list = listOf(input);
  for (const one of optionsOf(list)) one.setAttribute('aria-selected', String(one === option));
  if (option) {
    input.setAttribute('aria-activedescendant', option.id);
    option.scrollIntoView({ block: 'nearest' });
  } else {
    input.removeAttribute('aria-activedescendant');
  }
}

/** Puts emphasis on the part of a name that was typed. */
function emphasise(option, typed) {
  const node = option.children[1]?.firstChild;
  const at = node?.data?.toLowerCase().indexOf(typed.toLowerCase()) ?? -1;
  if (!typed || at < 0) return;
  const range = document.createRange();
  range.setStart(node, at);
  range.setEnd(node, at + typed.length);
  range.surroundContents(document.createElement('mark'));
}

async function suggest(input) {
  asking?.abort();
  asking = new AbortController();
  const form = input.form;
  const typed = input.value.trim();
  try {
    const url = `${form.dataset.people}?q=${encodeURIComponent(typed)}`;
    const response = await fetch(url, { signal: asking.signal, headers: { 'hx-request': 'true' } });
    if (!response.ok) return;
    const list = listOf(input);
    // Our own server's list, in which every name is escaped.
    list.innerHTML = await response.text();
    optionsOf(list).forEach((option) => emphasise(option, typed));
    const exact = optionsOf(list).find((option) => option.dataset.email.toLowerCase() === typed.toLowerCase());
    if (exact) know(form, exact);
    const isOpen = list.children.length > 0 && document.activeElement === input;
    list.hidden = !isOpen;
    input.setAttribute('aria-expanded', String(isOpen));
    mark(input, typed ? optionsOf(list)[0] : null);
    if (isOpen && optionsOf(list).length === 0) announce(list.textContent.trim(), input);
  } catch (error) {
    if (error.name !== 'AbortError') closeList(input);
  }
}

/** Those of a list that can be chosen: the sentence that nobody was found can't. */
const optionsOf = (list) => [...list.querySelectorAll('[role="option"]:not([aria-disabled])')];

function know(form, option) {
  form.dataset.known = option.dataset.email;
  nameUser(form, option.dataset.name);
  showKind(form);
}

function nameUser(form, name) {
  form.querySelector('[data-user-name]').textContent = name || 'that person';
}

function choose(input, option) {
  input.value = option.dataset.email;
  input.removeAttribute('aria-invalid');
  know(input.form, option);
  closeList(input);
  announce(`${option.dataset.name}. This will be a ${KINDS[kindOf(input.form)]} token.`, input);
}

const isUser = (element) => element.matches?.('[data-token-form] [name="user"]');

document.addEventListener('input', (event) => {
  const field = event.target;
  if (isUser(field)) {
    nameUser(field.form, '');
    showKind(field.form);
    clearTimeout(timer);
    timer = setTimeout(() => suggest(field), WAIT_MS);
  }
});

document.addEventListener('focusin', (event) => {
  if (isUser(event.target) && !event.target.value) suggest(event.target);
});

document.addEventListener('focusout', (event) => {
  if (isUser(event.target)) closeList(event.target);
});

// Before the field loses its focus, which closes the list.
document.addEventListener('pointerdown', (event) => {
  const option = event.target.closest?.('#token-user-options [role="option"]');
  if (!option) return;
  event.preventDefault();
  if (option.hasAttribute('aria-disabled')) return;
  choose(option.closest('form').elements.user, option);
});

document.addEventListener('keydown', (event) => {
  const input = event.target;
  if (!isUser(input) || event.isComposing) return;
  const list = listOf(input);
  const options = optionsOf(list);
  const at = options.findIndex((option) => option.getAttribute('aria-selected') === 'true');
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    event.preventDefault();
    if (list.hidden) { suggest(input); return; }
    const step = event.key === 'ArrowDown' ? 1 : -1;
    if (options.length > 0) mark(input, options.at((at + step + options.length) % options.length));
  } else if (event.key === 'Enter' && !list.hidden && at >= 0 && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    choose(input, options[at]);
  } else if (event.key === 'Escape' && !list.hidden) {
    // Closes the list and not the dialog.
    event.preventDefault();
    event.stopPropagation();
    closeList(input);
  }
}, true);

// ---- Expires, App Key ----------------------------------------------------

function showUntil(form, text) {
  form.querySelector('[data-until-text]').textContent = text;
}

function dayInWords(value) {
  const day = new Date(`${value}T00:00:00Z`);
  if (Number.isNaN(day.getTime())) return '';
  return `Until ${day.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' })}, 23:59 UTC.`;
}

document.addEventListener('change', (event) => {
  const field = event.target;
  const form = field.closest?.('[data-token-form]');
  if (!form) return;
  if (field.name === 'expires_in') {
    form.elements.expires_on.value = field.dataset.date;
    showUntil(form, field.dataset.until ? `Until ${field.dataset.until}.` : 'Never expires.');
  } else if (field.name === 'expires_on') {
    for (const preset of form.elements.expires_in) preset.checked = field.value !== '' && preset.dataset.date === field.value;
    showUntil(form, dayInWords(field.value));
  } else if (field.name === 'app_key_change') {
    showAppKey(form);
    if (field.value === 'replace') form.elements.app_key.focus();
  }
});

const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const KEY_LENGTH = 32;

/** Bytes past the last multiple of 62 are drawn again: each letter is as likely as the others. */
function drawKey() {
  let key = '';
  while (key.length < KEY_LENGTH) {
    const [byte] = crypto.getRandomValues(new Uint8Array(1));
    if (byte < 248) key += LETTERS[byte % 62];
  }
  return key;
}

document.addEventListener('click', (event) => {
  const button = event.target.closest?.('[data-generate]');
  if (!button) return;
  const form = button.form;
  const replace = form.querySelector('[name="app_key_change"][value="replace"]');
  if (replace) replace.checked = true;
  showAppKey(form);
  form.elements.app_key.value = drawKey();
  form.elements.app_key.removeAttribute('aria-invalid');
  announce('An app key was generated.', button);
});

// ---- Try it --------------------------------------------------------------

function line(answer, key, value) {
  const label = document.createElement('span');
  label.className = 'k';
  label.textContent = key;
  answer.append(label, ` ${value}`, document.createElement('br'));
}

function showAnswer(answer, ok, text, lines) {
  const state = document.createElement('span');
  state.className = `ah-state ${ok ? 'ok' : 'bad'}`;
  state.textContent = text;
  const facts = document.createElement('div');
  for (const [key, value] of lines) line(facts, key, value);
  answer.replaceChildren(state, facts);
  answer.hidden = false;
}

async function call(box) {
  const { path, credential, appKey, kind, until } = box.dataset;
  const answer = box.querySelector('.answer');
  const headers = { 'Authorization': `Bearer ${credential}`, 'x-ah-openapi-auth': 'openapi-token' };
  if (appKey) headers['x-ah-openapi-app-key'] = appKey;
  const begun = performance.now();
  try {
    const response = await fetch(path, { headers, credentials: 'omit', cache: 'no-store' });
    const took = Math.max(1, Math.round(performance.now() - begun));
    const body = await response.json().catch(() => ({}));
    const text = `${response.status}, answered in ${took} ms`;
    if (!response.ok) { showAnswer(answer, false, text, [['', body.detail ?? body.message ?? '']]); return; }
    const user = body.data?.user?.user_email ?? 'the tenant, no user';
    showAnswer(answer, true, text, [['acts as', user], ['type', `${kind} · until ${until}`]]);
  } catch {
    showAnswer(answer, false, 'No answer. Check the connection, then call again.', []);
  }
}

document.addEventListener('click', (event) => {
  const button = event.target.closest?.('[data-call]');
  if (button) call(button.closest('[data-try]'));
});

// ---- A value copied again is hidden after a while, and when the page is left ----

function hideSecrets(box) {
  for (const part of box.querySelectorAll('[data-secret]')) part.textContent = '••••';
  for (const part of box.querySelectorAll('[data-copy], [data-try]')) part.remove();
  for (const part of box.querySelectorAll('[data-while-shown]')) part.hidden = true;
  for (const part of box.querySelectorAll('[data-once-hidden]')) part.hidden = false;
}

for (const box of document.querySelectorAll('[data-hide-after]')) {
  setTimeout(() => {
    hideSecrets(box);
    announce('The value is hidden again.', box);
  }, Number(box.dataset.hideAfter) * 1000);
}
window.addEventListener('pagehide', () => {
  document.querySelectorAll('.ah-fresh-grid').forEach(hideSecrets);
});

enhance(document);
