// The board keeps itself fresh: a conditional request every two seconds, rows changed in place, focus kept, keys to move.

import { adopt, now } from './app.js';

const board = document.getElementById('board');
const live = document.getElementById('live');
const liveText = document.getElementById('live-text');
const EVERY = 2000;
let etag = board.dataset.etag;
let freshAt = performance.now();

async function poll() {
  try {
    const answer = await fetch(board.dataset.rows, {
      headers: etag ? { 'If-None-Match': etag } : {}, cache: 'no-store', credentials: 'same-origin', redirect: 'manual', signal: AbortSignal.timeout(8000),
    });
    if (answer.type === 'opaqueredirect') {
      ended();
      return;
    }
    if (answer.status === 200) {
      const text = await answer.text();
      etag = answer.headers.get('ETag');
      merge(text);
    } else if (answer.status !== 304) throw new Error(String(answer.status));
    freshAt = performance.now();
  } catch {
    // Not fresh: the mark below says since when.
  }
  mark();
  setTimeout(poll, EVERY);
}

/** The session is over: the rows are no longer true, and only signing in again helps. */
function ended() {
  clearInterval(marking);
  const link = document.createElement('a');
  link.href = '/sign-in';
  link.textContent = 'Signed out. Sign in again';
  liveText.replaceChildren(link);
  live.classList.add('stale');
}

function mark() {
  const age = Math.round((performance.now() - freshAt) / 1000);
  const stale = age > 3 * EVERY / 1000;
  live.classList.toggle('stale', stale);
  const text = stale ? `Stale since ${new Date(now() - age * 1000).toISOString().slice(11, 19)} UTC` : 'Live';
  if (liveText.textContent !== text) liveText.textContent = text;
}

function merge(text) {
  const fresh = new DOMParser().parseFromString(text, 'text/html').body;
  morph(board, fresh);
  adopt(board);
}

/** Make the children of `old` those of `fresh`, keeping every element that has the same id or the same place and kind. */
function morph(old, fresh) {
  const byId = new Map([...old.children].filter(each => each.id).map(each => [each.id, each]));
  let here = old.firstChild;
  for (const want of [...fresh.childNodes]) {
    let have = want.id ? byId.get(want.id) : here;
    if (have && !(have.nodeType === want.nodeType && have.nodeName === want.nodeName && (have.id || '') === (want.id || ''))) have = null;
    if (!have) {
      old.insertBefore(want, here);
      continue;
    }
    if (have !== here) old.insertBefore(have, here);
    here = have.nextSibling;
    same(have, want);
  }
  while (here) {
    const next = here.nextSibling;
    here.remove();
    here = next;
  }
}

function same(have, want) {
  if (have.isEqualNode(want)) return;
  if (have.nodeType !== Node.ELEMENT_NODE) {
    if (have.nodeValue !== want.nodeValue) have.nodeValue = want.nodeValue;
    return;
  }
  for (const { name } of [...have.attributes]) if (!want.hasAttribute(name) && name !== 'open') have.removeAttribute(name);
  for (const { name, value } of want.attributes) if (have.getAttribute(name) !== value && !(name === 'hidden' && have.classList.contains('js'))) have.setAttribute(name, value);
  if (have.matches('.digits, .cd') && have.dataset.until) return;
  morph(have, want);
}

// A line that passes from one group to the next belongs elsewhere: ask again, unconditionally.
const LIMITS = { critical: 0, soon: 3600, running: 86400 };
setInterval(() => {
  const at = now() / 1000;
  for (const row of board.querySelectorAll('tr[data-group]')) {
    const limit = LIMITS[row.dataset.group];
    if (limit !== undefined && row.dataset.until && Number(row.dataset.until) - at < limit - 1) {
      etag = null;
      return;
    }
  }
}, 5000);

const rows = () => [...board.querySelectorAll('tr[data-open]')];

function step(by) {
  const all = rows();
  const at = all.indexOf(document.activeElement?.closest?.('tr[data-open]'));
  const row = all[Math.min(all.length - 1, Math.max(0, at + by))];
  row?.focus();
  row?.scrollIntoView({ block: 'nearest' });
}

document.addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, textarea, select, dialog')) return;
  if (event.key === 'j') step(1);
  else if (event.key === 'k') step(-1);
  else if (event.key === 'n') location.assign('/report');
  else if (event.key === '?') document.getElementById('keys').showModal();
  else if (event.key === 'Enter' && document.activeElement?.matches('tr[data-open]')) location.assign(document.activeElement.dataset.open);
});

mark();
setTimeout(poll, EVERY);
const marking = setInterval(mark, 1000);
