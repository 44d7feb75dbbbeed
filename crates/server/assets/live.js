// Says one sentence to screen readers. Politely: it waits for what is being read.

/** Everything outside an open modal is inert, so its announcements need a region of their own. */
function regionNear(element) {
  const home = element?.closest?.('dialog[open]') ?? document.body;
  let region = home.querySelector(':scope > [data-live]');
  if (!region) {
    region = document.createElement('div');
    region.className = 'sr';
    region.dataset.live = '';
    region.setAttribute('role', 'status');
    home.append(region);
  }
  return region;
}

export function announce(sentence, near) {
  const region = regionNear(near);
  region.textContent = '';
  // The same sentence twice is a change only if the region was empty in between.
  requestAnimationFrame(() => { region.textContent = sentence; });
}

/** Shows another word on a button and returns a function that puts the old one back. */
export function relabel(button, word) {
  const texts = [...button.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const old = texts.map((node) => node.data);
  texts.forEach((node, index) => { node.data = index === 0 ? word : ''; });
  return () => texts.forEach((node, index) => { node.data = old[index]; });
}
