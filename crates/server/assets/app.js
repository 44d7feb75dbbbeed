// What every page has: copy buttons, keys, forms that are sent once, dialogs that give the focus back.
// Everything listens on the document, so that parts htmx swaps in work like those that were there.
import { announce, relabel } from './live.js';

// ---- Copy buttons: data-copy="value" ------------------------------------

const COPIED_MS = 2000;

async function toClipboard(text, near) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Plain http on a name other than localhost has no clipboard interface.
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'sr';
  near.after(field);
  field.select();
  const isCopied = document.execCommand('copy');
  field.remove();
  near.focus();
  if (!isCopied) throw new Error('the browser refused to copy');
}

async function copy(button) {
  if ('copied' in button.dataset) return;
  try {
    await toClipboard(button.dataset.copy, button);
  } catch {
    announce('Couldn’t copy. Select the value and copy it by hand.', button);
    return;
  }
  button.dataset.copied = '';
  const restore = relabel(button, 'Copied');
  announce('Copied', button);
  setTimeout(() => { restore(); delete button.dataset.copied; }, COPIED_MS);
}

document.addEventListener('click', (event) => {
  const button = event.target.closest?.('button[data-copy]');
  if (button) copy(button);
});

// ---- What was done is said once -----------------------------------------
// The address tells the page what to say; loaded again, or kept as a bookmark, it would say so again.

const here = new URL(location.href);
if (here.searchParams.has('done')) {
  here.searchParams.delete('done');
  history.replaceState(history.state, '', here);
}

// ---- Dialogs ------------------------------------------------------------
// <button command="show-modal" commandfor="id"> is the browser's own; <a href="…" data-dialog="id"> is a link to
// the same form as a page, and opens the dialog where scripts run.

const openers = new WeakMap();

const commands = {
  'show-modal': (target) => { if (!target.open) target.showModal(); },
  'close': (target) => target.close(),
  'request-close': (target) => (target.requestClose ? target.requestClose() : target.close()),
  'show-popover': (target) => target.showPopover(),
  'hide-popover': (target) => target.hidePopover(),
  'toggle-popover': (target) => target.togglePopover(),
};

const hasCommands = 'commandForElement' in HTMLButtonElement.prototype;
const isPlain = (event) => event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);

document.addEventListener('click', (event) => {
  const opener = event.target.closest?.('button[commandfor], a[data-dialog]');
  const target = opener && document.getElementById(opener.getAttribute('commandfor') ?? opener.dataset.dialog);
  if (!target) return;
  const command = opener.getAttribute('command') ?? 'show-modal';
  if (command === 'show-modal') openers.set(target, opener);
  if (opener.matches('a')) {
    if (!isPlain(event)) return;
    event.preventDefault();
    commands['show-modal'](target);
  } else if (!hasCommands) {
    commands[command]?.(target);
  }
});

/** The opener, or what opened the menu that it stood in and that has closed meanwhile. */
function returnPoint(opener) {
  if (opener.checkVisibility?.() ?? opener.isConnected) return opener;
  const menu = opener.closest('[popover]');
  return menu?.id ? document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`) : null;
}

// "close" does not bubble, but it can be caught on its way down.
document.addEventListener('close', (event) => {
  const opener = openers.get(event.target);
  if (!opener) return;
  openers.delete(event.target);
  returnPoint(opener)?.focus();
}, true);

// ---- Dialogs that htmx fills ---------------------------------------------

document.addEventListener('htmx:afterSwap', (event) => {
  const dialog = event.detail.target;
  if (!(dialog instanceof HTMLDialogElement)) return;
  if (event.detail.requestConfig?.verb === 'get') delete dialog.dataset.sent;
  else dialog.dataset.sent = '';
  const menu = document.activeElement?.closest?.('[popover]')?.id;
  document.querySelectorAll('dialog[open]').forEach((other) => { if (other !== dialog) other.close(); });
  dialog.dataset.filled = '';
  if (!dialog.open) {
    if (menu) dialog.dataset.menu = menu;
    dialog.showModal();
  }
  (dialog.querySelector('[aria-invalid="true"]') ?? dialog.querySelector('[autofocus]'))?.focus();
});

// Nothing secret stays behind in a dialog that is closed.
document.addEventListener('close', (event) => {
  const dialog = event.target;
  if (!('filled' in dialog.dataset)) return;
  dialog.replaceChildren();
  const { menu } = dialog.dataset;
  delete dialog.dataset.filled;
  delete dialog.dataset.menu;
  delete dialog.dataset.sent;
  if (menu) document.querySelector(`[popovertarget="${CSS.escape(menu)}"]`)?.focus();
}, true);

// ---- What was typed into a dialog isn't lost by a slip ---------------------
// Esc asks first. Whoever presses Cancel means it. (A click beside a dialog closes none.)

const isChanged = (field) => (/^(checkbox|radio)$/.test(field.type)
  ? field.checked !== field.defaultChecked
  : field.value !== field.defaultValue);

/** Whether a form differs from the one that was opened. A password alone is typed again without a thought. */
function holdsWork(dialog) {
  const fields = [...dialog.querySelectorAll('form[method="post"] :is(input, textarea)')]
    .filter((field) => !field.readOnly && !/^(hidden|password)$/.test(field.type));
  // What was sent and came back stands there as if nobody had changed it.
  return fields.length > 0 && ('sent' in dialog.dataset || fields.some(isChanged));
}

/** Where the focus was when it was asked. */
const leftAt = new WeakMap();

const questionIn = (dialog) => dialog.querySelector('[data-leaving]');

function answerTo(question, isKept) {
  const dialog = question.closest('dialog');
  question.remove();
  if (!isKept) dialog.close();
  else leftAt.get(dialog)?.focus();
}

function ask(dialog) {
  leftAt.set(dialog, document.activeElement);
  const question = document.createElement('div');
  question.className = 'ah-note warn ah-mb';
  question.dataset.leaving = '';
  question.setAttribute('role', 'group');
  question.setAttribute('aria-labelledby', 'leaving-title');
  question.innerHTML = '<div><p class="strong" id="leaving-title">What you typed isn’t saved</p><div class="row-c wrap ah-mt1">'
    + '<button class="btn" type="button" data-keep>Go on typing</button>'
    + '<button class="btn btn-danger" type="button" data-discard>Discard</button></div></div>';
  const place = dialog.querySelector('.fields') ?? dialog.querySelector('.ah-dialog-body') ?? dialog;
  place.prepend(question);
  question.querySelector('[data-keep]').focus();
}

document.addEventListener('click', (event) => {
  const button = event.target.closest?.('[data-keep], [data-discard]');
  if (button) answerTo(button.closest('[data-leaving]'), 'keep' in button.dataset);
});

/** Whether the dialog stays open: because it asks, or because its question was only put away. */
function staysOpen(dialog) {
  if (!holdsWork(dialog)) return false;
  const question = questionIn(dialog);
  if (question) answerTo(question, true);
  else ask(dialog);
  return true;
}

// Here and not at "cancel" alone, which browsers don't let a page prevent twice in a row. On the window: whatever a
// field has to close comes first.
window.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing) return;
  const open = [...document.querySelectorAll('dialog:modal')];
  const dialog = event.target.closest?.('dialog') ?? (open.length === 1 ? open[0] : null);
  if (dialog?.open && staysOpen(dialog)) event.preventDefault();
});

// The other ways to ask a browser to close it, such as a phone's.
document.addEventListener('cancel', (event) => {
  if (event.target instanceof HTMLDialogElement && event.cancelable && staysOpen(event.target)) event.preventDefault();
}, true);

document.addEventListener('close', (event) => questionIn(event.target)?.remove(), true);

// ---- Forms are sent once: data-busy="Saving…" on the button -------------

const STILL_MS = 10_000;
const restores = new Map();

function begin(form, button) {
  const busy = button ?? form.querySelector('button:not([type="button"], [type="reset"])');
  const restore = busy?.dataset.busy ? relabel(busy, busy.dataset.busy) : () => {};
  const hadFocus = document.activeElement === busy;
  // The browser reads the fields, the pressed button among them, after this event.
  const disabling = setTimeout(() => { if (busy) busy.disabled = true; });
  const waiting = setTimeout(() => announce('Still working', form), STILL_MS);
  restores.set(form, () => {
    clearTimeout(disabling);
    clearTimeout(waiting);
    restore();
    if (busy) busy.disabled = false;
    if (hadFocus && busy?.isConnected) busy.focus();
  });
}

function end(form) {
  restores.get(form)?.();
  restores.delete(form);
}

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== 'post') return;
  if (restores.has(form)) event.preventDefault();
  else begin(form, event.submitter);
});

document.addEventListener('htmx:beforeRequest', (event) => {
  const form = event.target.closest('form');
  if (!form || form.method !== 'post' || event.detail.requestConfig?.verb === 'get') return;
  if (restores.has(form)) event.preventDefault();
  else begin(form, event.detail.requestConfig?.triggeringEvent?.submitter);
});
document.addEventListener('htmx:afterRequest', (event) => {
  const form = event.target.closest('form');
  if (form) end(form);
});
// A page that comes back from the browser's history comes back as it was left.
window.addEventListener('pageshow', () => [...restores.keys()].forEach(end));

// ---- What couldn't be loaded or saved says so, and the rest stays usable ------

function whatFailed({ type, detail }) {
  const id = detail.xhr?.getResponseHeader?.('x-request-id');
  const quote = id ? `, or quote request ${id}` : '';
  if (detail.requestConfig.verb === 'get') return `This couldn’t be loaded. Nothing was changed. Try again${quote}.`;
  // It may have arrived: a form sent twice makes one thing.
  if (type === 'htmx:sendError') return 'No answer came. Check the connection, then send it again.';
  return `This couldn’t be saved. Nothing was changed. Try again${quote}.`;
}

/** A closed dialog is no place to say something. */
function placeFor({ target, elt }) {
  const dialog = elt?.closest('dialog[open]');
  if (dialog) return (dialog.querySelector('.fields') ?? dialog.querySelector('.ah-dialog-body') ?? dialog).firstElementChild;
  return target instanceof HTMLDialogElement ? document.querySelector('main').firstElementChild : target;
}

function fail(event) {
  const { detail } = event;
  const place = detail.requestConfig && placeFor(detail);
  if (!place) return;
  const note = document.createElement('p');
  note.className = 'ah-note warn ah-mb';
  note.dataset.failed = '';
  note.setAttribute('role', 'alert');
  note.textContent = whatFailed(event);
  place.before(note);
  note.scrollIntoView({ block: 'nearest' });
}

const forget = () => document.querySelectorAll('[data-failed]').forEach((note) => note.remove());

document.addEventListener('htmx:beforeRequest', forget);
document.addEventListener('htmx:responseError', fail);
document.addEventListener('htmx:sendError', fail);

// ---- Keys: data-key="e" or data-key="g p" on what they reach -------------------
// <html data-keys="off"> is the reader's wish to have none (WCAG 2.1.4). What they do is told by pages/keyboard.rs.

const FIELDS = 'input:not([type="checkbox"], [type="radio"], [type="button"], [type="submit"]), textarea, select, [contenteditable]';
let pressed = '';

const isSeen = (element) => element.checkVisibility?.() ?? true;
const focusedRow = () => document.activeElement.closest('.ah-rows tbody tr');

/** A link can be followed wherever it stands; a field or a button has to be seen. */
function reach(keys) {
  const selector = `[data-key="${CSS.escape(keys)}"]`;
  const scope = document.querySelector('dialog:modal') ?? document;
  const candidates = [...scope.querySelectorAll(selector)].filter((element) => !element.closest('.ah-rows'));
  const target = focusedRow()?.querySelector(selector) ?? candidates.find(isSeen) ?? candidates.find((one) => one.matches('a'));
  if (!target) return false;
  if (target.matches(FIELDS)) target.focus();
  else target.click();
  return true;
}

/** Rows are walked through by the links that open them, so that Enter opens the one that has the focus. */
function walk(step) {
  const links = [...document.querySelectorAll('.ah-rows tbody [role="rowheader"] a')].filter(isSeen);
  if (links.length === 0 || document.querySelector('dialog:modal')) return false;
  document.querySelector('[popover]:popover-open')?.hidePopover();
  const at = links.findIndex((link) => link.closest('tr') === focusedRow());
  const next = at < 0 ? links.at(step > 0 ? 0 : -1) : links[at + step];
  next?.focus();
  return true;
}

function openMenu() {
  const button = focusedRow()?.querySelector('[popovertarget]');
  if (!button) return false;
  const menu = document.getElementById(button.getAttribute('popovertarget'));
  menu.showPopover({ source: button });
  menu.querySelector('a, button')?.focus();
  return true;
}

const rowKeys = { j: () => walk(1), k: () => walk(-1), '.': openMenu };

document.addEventListener('keydown', (event) => {
  if (event.isComposing || event.defaultPrevented) return;
  const isField = event.target.closest?.(FIELDS);
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
    const form = event.target.form ?? event.target.closest?.('form');
    if (form) { event.preventDefault(); form.requestSubmit(); }
    return;
  }
  const isOff = document.documentElement.dataset.keys === 'off';
  if (isOff || isField || event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1) return;
  const key = event.key.toLowerCase();
  const isFound = (pressed && reach(`${pressed} ${key}`)) || reach(key) || rowKeys[key]?.();
  if (isFound) event.preventDefault();
  const isFirstOfTwo = document.querySelector(`[data-key^="${CSS.escape(key)} "]`);
  pressed = !isFound && isFirstOfTwo ? key : '';
});
