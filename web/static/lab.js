// The lab: an editor that loses nothing, lines that can be jumped to, a slider that says its hour, and past cases that can be stopped.

const PREFIX = 'demarche:draft-version:';
const editor = document.getElementById('editor');
const area = document.getElementById('text');

if (editor && area) {
  const key = PREFIX + editor.dataset.draft;
  const lines = document.getElementById('lines');
  const kept = document.getElementById('kept');
  const saved = editor.dataset.unsaved ? null : area.value;
  let sending = false;

  const changed = () => area.value !== saved;
  restore();

  let timer;
  area.addEventListener('input', () => {
    number();
    say();
    clearTimeout(timer);
    timer = setTimeout(keep, 300);
  });
  document.addEventListener('htmx:after:swap', number);

  addEventListener('keydown', event => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 's') {
      event.preventDefault();
      editor.requestSubmit();
    }
  });
  editor.addEventListener('submit', () => { keep(); sending = true; });
  addEventListener('pageshow', event => { if (event.persisted) sending = false; });
  addEventListener('beforeunload', event => {
    if (!sending && changed()) { keep(); event.preventDefault(); }
  });
  if (editor.dataset.unsaved) say();

  /** As many numbers as there are lines; what was marked stays until it is checked anew. */
  function number() {
    const wanted = Math.min(area.value.split('\n').length, 3000);
    while (lines.children.length > wanted) lines.lastElementChild.remove();
    while (lines.children.length < wanted) {
      const made = document.createElement('li');
      made.id = `L${lines.children.length + 1}`;
      lines.append(made);
    }
    area.rows = area.value.split('\n').length + 1;
  }

  function say() {
    kept.classList.toggle('unsaved', changed());
    kept.textContent = changed() ? 'Not saved. What you type is kept in this browser meanwhile.' : 'Saved.';
  }

  function keep() {
    if (changed()) localStorage.setItem(key, JSON.stringify({ revision: editor.dataset.revision, text: area.value }));
    else localStorage.removeItem(key);
  }

  /** What was typed and never arrived, because a session ended or a page was closed, is offered again. */
  function restore() {
    const stored = JSON.parse(localStorage.getItem(key) || 'null');
    if (!stored || stored.text === area.value) { if (saved !== null) localStorage.removeItem(key); return; }
    if (saved === null) return;
    kept.textContent = `What you typed at revision ${stored.revision} was not saved. `;
    kept.classList.add('unsaved');
    kept.append(button('Put it back', () => {
      area.value = stored.text;
      area.dispatchEvent(new Event('input', { bubbles: true }));
      area.focus();
    }), ' ', button('Forget it', () => { localStorage.removeItem(key); say(); }));
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

// A link to a line puts the caret there; the page's own jump shows it where there is no editor.
function toLine(line) {
  if (!area) return;
  const before = area.value.split('\n').slice(0, line - 1).join('\n').length;
  area.focus({ preventScroll: true });
  area.setSelectionRange(before + (line > 1 ? 1 : 0), before + (line > 1 ? 1 : 0));
  document.getElementById(`L${line}`)?.scrollIntoView({ block: 'center' });
}
document.addEventListener('click', event => {
  const link = event.target.closest?.('a[data-line]');
  if (!link || !area) return;
  event.preventDefault();
  toLine(Number(link.dataset.line));
});
const asked = /^#L(\d+)$/.exec(location.hash);
if (asked) toLine(Number(asked[1]));

// The slider says its hour while it moves; the answer comes from the server.
const slider = document.getElementById('wi-hour');
if (slider) {
  const said = document.getElementById('wi-said');
  const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
  const tell = () => {
    const hour = Number(slider.value);
    said.value = `${days[Math.floor(hour / 24)]} ${String(hour % 24).padStart(2, '0')}:${slider.dataset.minute.padStart(2, '0')}`;
    slider.setAttribute('aria-valuetext', said.value);
  };
  slider.addEventListener('input', tell);
  // Another case happens at another hour of another week of itself.
  const which = document.getElementById('wi-case');
  which.addEventListener('change', () => {
    const { hour, minute, week, place, purpose = '' } = which.selectedOptions[0].dataset;
    document.getElementById('wi-was').value = which.value;
    document.getElementById('wi-purpose').textContent = purpose;
    if (hour === undefined) return;
    slider.value = hour;
    slider.dataset.minute = minute;
    document.getElementById('wi-week').value = week;
    document.getElementById('wi-place').textContent = place;
    tell();
  });
  document.getElementById('what-if-button')?.setAttribute('hidden', '');
  // A reader is told the sum, not every clock at every step.
  document.addEventListener('htmx:after:swap', () => {
    const text = document.getElementById('verdict')?.textContent.replace(/\s+/g, ' ').trim() || '';
    const status = document.getElementById('what-if-said');
    if (status.textContent !== text) status.textContent = text;
  });
}

// Past cases come part by part until they are stopped; what was found stays, and the next part can be asked for.
document.addEventListener('htmx:after:swap', () => {
  const table = document.querySelector('.past-t');
  if (table && document.querySelector('#past-rows tr')) table.hidden = false;
});
document.addEventListener('click', event => {
  if (event.target.id !== 'past-stop') return;
  const next = document.getElementById('past-next');
  next.dispatchEvent(new CustomEvent('htmx:abort'));
  const still = next.cloneNode(true);
  for (const name of [...still.getAttributeNames()]) if (name.startsWith('data-htmx')) still.removeAttribute(name);
  still.setAttribute('hx-trigger', 'submit');
  still.querySelector('#past-stop').remove();
  next.replaceWith(still);
  globalThis.htmx?.process(still);
  document.getElementById('past-status').append('Stopped.');
});
