// Drafts of the report form stay in this browser until the report is on record; nothing of them is sent.

import { now } from './app.js';

const PREFIX = 'demarche:draft:';
const form = document.getElementById('report');
const receipt = document.querySelector('[data-filed]');
const kept = name => name !== 'csrf_token';

if (form) {
  const key = PREFIX + form.dataset.draft;
  const note = document.getElementById('draft');
  const untouched = !document.getElementById('faults');
  const stored = untouched && localStorage.getItem(key);
  if (stored) restore(JSON.parse(stored));

  let timer;
  form.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      localStorage.setItem(key, JSON.stringify([...new FormData(form)].filter(([name]) => kept(name))));
      note.textContent = 'Draft kept in this browser.';
    }, 400);
  });

  document.getElementById('aware-now').addEventListener('click', () => {
    const field = name => form.elements[`fact-aware_at.${name}`];
    field('date').value = here('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit' }, field('zone').value);
    field('time').value = here('en-GB', { hour: '2-digit', minute: '2-digit', hour12: false }, field('zone').value);
    field('unknown').checked = false;
    field('time').dispatchEvent(new Event('input', { bubbles: true }));
    field('time').focus();
  });

  // A reader is told the sum, not every clock at every key.
  const said = document.getElementById('preview-said');
  document.addEventListener('htmx:after:swap', () => {
    const text = document.getElementById('preview-h').textContent.replace(/\s+/g, ' ').trim();
    if (said.textContent !== text) said.textContent = text;
  });
  document.addEventListener('htmx:response:error', () => {
    said.textContent = 'The preview could not be made anew.';
  });

  // Going back after sending brings the answers back, but not what became of them.
  addEventListener('pageshow', () => setTimeout(() => {
    const sent = JSON.parse(sessionStorage.getItem('demarche:sent') || 'null');
    if (form.dataset.draft !== 'new' || stored || !sent || form.elements.summary.value !== sent.summary) return;
    const link = document.createElement('a');
    link.href = sent.receipt;
    link.textContent = 'Open its receipt';
    note.replaceChildren('You have sent this already. ', link, ' or ', button('begin a new report', () => { form.reset(); location.replace(location.pathname); }), '.');
    note.classList.add('sent');
    note.scrollIntoView({ block: 'center' });
  }));

  function restore(entries) {
    for (const [name, value] of entries) {
      for (const field of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
        if (field.type === 'radio' || field.type === 'checkbox') field.checked ||= field.value === value;
        else field.value = value;
      }
    }
    note.textContent = 'Your draft is back. ';
    note.append(button('Discard it', () => { localStorage.removeItem(key); form.reset(); location.replace(location.pathname + location.search); }));
    setTimeout(() => form.dispatchEvent(new Event('change', { bubbles: true })), 50);
  }
  document.getElementById('preview-button')?.setAttribute('hidden', '');
}

/** The date or time of now in a zone; in the reader's own when the zone is not one that the browser knows. */
function here(locale, shape, timeZone) {
  try {
    return new Intl.DateTimeFormat(locale, { ...shape, timeZone }).format(now());
  } catch {
    return new Intl.DateTimeFormat(locale, shape).format(now());
  }
}

function button(text, act) {
  const made = document.createElement('button');
  made.type = 'button';
  made.className = 'linkish';
  made.textContent = text;
  made.addEventListener('click', act);
  return made;
}

if (receipt) {
  sessionStorage.setItem('demarche:sent', JSON.stringify({ receipt: location.pathname, summary: receipt.querySelector('.said').textContent }));
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(PREFIX) && localStorage.getItem(key).includes(JSON.stringify(receipt.dataset.filed))) localStorage.removeItem(key);
  }
}
