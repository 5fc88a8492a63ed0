// Drafts of the report form stay in this browser until the report is on record; nothing of them is sent.

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
  form.addEventListener('submit', event => {
    if (event.submitter?.formAction?.endsWith('/report/preview')) return;
    event.submitter?.setAttribute('aria-busy', 'true');
  });

  function restore(entries) {
    for (const [name, value] of entries) {
      for (const field of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
        if (field.type === 'radio' || field.type === 'checkbox') field.checked ||= field.value === value;
        else field.value = value;
      }
    }
    note.textContent = 'Your draft is back. ';
    const discard = document.createElement('button');
    discard.type = 'button';
    discard.className = 'linkish';
    discard.textContent = 'Discard it';
    discard.addEventListener('click', () => { localStorage.removeItem(key); location.reload(); });
    note.append(discard);
    setTimeout(() => form.dispatchEvent(new Event('change', { bubbles: true })), 50);
  }
  document.getElementById('preview-button')?.setAttribute('hidden', '');
}

if (receipt) {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(PREFIX) && localStorage.getItem(key).includes(JSON.stringify(receipt.dataset.filed))) localStorage.removeItem(key);
  }
}
