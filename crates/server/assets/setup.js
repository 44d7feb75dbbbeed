// The set-up page: the address that the names lead to, as they are typed. What it will be in the end, the server decides.

const LONGEST = 50;

/** A name as part of an address: the words of a-z and 0-9, joined by hyphens. */
function shortName(name) {
  const letters = name.normalize('NFKD').replace(/[^\x00-\x7f\s]/g, '').toLowerCase();
  return letters.replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '').slice(0, LONGEST).replace(/-$/, '');
}

const place = document.querySelector('[data-address]');
const form = place?.closest('form');

function part(field, fallback) {
  return form.elements[`${field}_slug`].value.trim() || shortName(form.elements[field].value) || fallback;
}

function show() {
  place.textContent = `${place.dataset.address}/${part('company', 'company')}/${part('tenant', 'tenant')}/…`;
}

if (form) {
  form.addEventListener('input', show);
  show();
}
