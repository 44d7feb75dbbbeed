// The end of the session: says so two minutes ahead, and keeps what was typed when it has come.
// A form that is sent long after the server was last heard of first asks whether the session still is, and takes over
// what forms have to carry in the one that is now. Without scripts, the sign-in page says why and leads back.

const WARN_MS = 120_000;
/** Sooner than this after an answer of the server, nobody was signed out for doing nothing. */
const RECENT_MS = 60_000;
const TICK_MS = 5_000;

const { base, user, idle, atMost } = document.body.dataset;
const dialog = document.getElementById('session-dialog');
const lastsUntil = Date.now() + Number(atMost) * 1000;
let heard = Date.now();
let endsAt = 0;
let toldFor = 0;

/** Tabs share one session: what one of them hears, all know. */
const channel = base && 'BroadcastChannel' in window ? new BroadcastChannel(`ah-session ${base}`) : null;

function lasts(until) {
  if (until <= endsAt) return;
  endsAt = until;
  if (dialog.open) dialog.close();
}

function heardNow(idleSecs = Number(idle)) {
  heard = Date.now();
  lasts(Math.min(lastsUntil, heard + idleSecs * 1000));
  channel?.postMessage(endsAt);
}

function show(part) {
  for (const one of dialog.querySelectorAll('[data-soon], [data-over]')) one.hidden = !(part in one.dataset);
  if (part === 'over') heard = 0; // whatever is sent next asks first
  if (!dialog.open) dialog.showModal();
}

function tick() {
  const left = endsAt - Date.now();
  const isOver = left <= 0;
  const state = isOver ? endsAt : -endsAt; // each is told once
  if (left > WARN_MS || toldFor === state) return;
  toldFor = state;
  show(isOver ? 'over' : 'soon');
}

/** Whether this person's session is still there, or there again. */
async function isSignedIn() {
  const response = await fetch(`${base}/session`, { cache: 'no-store' });
  if (response.status === 401) return false;
  if (!response.ok) throw new Error(`answered ${response.status}`);
  const now = await response.json();
  if (String(now.user) !== user) return false;
  for (const field of document.querySelectorAll('input[name="csrf_token"]')) field.value = now.csrf_token;
  heardNow(now.idle_secs);
  return true;
}

let isAsking = false;
let sending = null;

function send(form, button) {
  sending = form;
  form.requestSubmit(button?.isConnected ? button : undefined);
  sending = null;
}

async function askThenSend(form, button) {
  isAsking = true;
  try {
    if (await isSignedIn()) send(form, button);
    else show('over');
  } catch {
    send(form, button); // whatever is wrong, the form itself will tell
  } finally {
    isAsking = false;
  }
}

// Before anybody else hears of it: htmx listens on the form itself.
function onSubmit(event) {
  const form = event.target;
  if (form.getAttribute('method')?.toLowerCase() !== 'post' || form === sending) return;
  if (Date.now() - heard < RECENT_MS) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!isAsking) askThenSend(form, event.submitter);
}

function onResponseError(event) {
  if (event.detail.xhr?.status !== 401) return;
  event.stopImmediatePropagation();
  show('over');
}

if (base && dialog) {
  heardNow();
  setInterval(tick, TICK_MS);
  document.addEventListener('visibilitychange', tick);
  window.addEventListener('submit', onSubmit, true);
  window.addEventListener('htmx:responseError', onResponseError, true);
  document.addEventListener('htmx:afterRequest', (event) => { if (event.detail.successful) heardNow(); });
  channel?.addEventListener('message', (event) => lasts(event.data));
  dialog.querySelector('[data-stay]').addEventListener('click', () => {
    isSignedIn().then((isStill) => { if (!isStill) show('over'); }, () => show('over'));
  });
}
