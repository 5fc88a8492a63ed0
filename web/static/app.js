// On every page: countdowns from the server's time, clocks, the reader's own zone, light and dark. No inline handlers.

const meta = document.querySelector('meta[name=server-now]');
const servedAt = meta ? Number(meta.content) * 1000 : Date.now();
const loadedAt = performance.now();

/** The server's time in milliseconds, whatever the clock of this machine says. */
export const now = () => servedAt + (performance.now() - loadedAt);

const two = n => String(n).padStart(2, '0');

/** The same text as the server writes: 00:52:48, 2 d 03 h, −00:41:24. */
export function timeLeft(milliseconds) {
  const seconds = Math.floor(Math.abs(milliseconds) / 1000);
  const text = seconds >= 172800
    ? `${Math.floor(seconds / 86400)} d ${two(Math.floor(seconds % 86400 / 3600))} h`
    : `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds % 3600 / 60))}:${two(seconds % 60)}`;
  return (milliseconds < 0 ? '\u2212' : '') + text;
}

// Only what is on the screen ticks: a thousand countdowns cost what forty do.
const seen = new Set();
const watcher = new IntersectionObserver(entries => {
  for (const entry of entries) {
    if (entry.isIntersecting) seen.add(entry.target);
    else seen.delete(entry.target);
  }
}, { rootMargin: '200px' });

/** Begin to tick what is new under `root`. */
export function adopt(root) {
  for (const gone of [...seen]) if (!gone.isConnected) { seen.delete(gone); watcher.unobserve(gone); }
  for (const one of root.querySelectorAll('.cd[data-until], .digits[data-until]')) if (one.dataset.until) watcher.observe(one);
  for (const one of root.querySelectorAll('.here[data-at]')) {
    one.textContent = here(new Date(Number(one.dataset.at) * 1000));
  }
  for (const one of root.querySelectorAll('.js')) one.hidden = false;
  tick();
}

function here(at) {
  const parts = new Intl.DateTimeFormat('en-GB', {
    weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', hour12: false, timeZoneName: 'shortOffset',
  }).format(at);
  return parts.replace('GMT', 'UTC');
}

function tickOne(one) {
  const text = timeLeft(Number(one.dataset.until) * 1000 - now());
  if (!one.classList.contains('digits')) {
    if (one.textContent !== text) one.textContent = text;
    return;
  }
  if (text.length !== one.children.length) {
    one.replaceChildren(...[...text].map(letter => {
      const span = document.createElement('span');
      if (letter === ':' || letter === ' ') span.className = 'sep';
      span.textContent = letter;
      return span;
    }));
    return;
  }
  [...text].forEach((letter, index) => {
    if (one.children[index].textContent !== letter) one.children[index].textContent = letter;
  });
}

const clocks = [...document.querySelectorAll('.wc')].map(node => [node, new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit', minute: '2-digit', hour12: false, timeZone: node.dataset.zone || undefined,
})]);

function tick() {
  for (const one of seen) tickOne(one);
  const at = new Date(now());
  for (const [node, format] of clocks) {
    const text = format.format(at);
    if (node.textContent !== text) node.textContent = text;
  }
}

// A second click on a form that is on its way sends nothing.
document.addEventListener('submit', event => {
  if (event.target.method !== 'post') return;
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = 'yes';
  event.submitter?.setAttribute('aria-busy', 'true');
});
addEventListener('pageshow', event => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll('form[data-sent]')) delete form.dataset.sent;
  for (const busy of document.querySelectorAll('[aria-busy]')) busy.removeAttribute('aria-busy');
});

// The reader's own clock is shown where it differs from those that are there already.
const zones = [...document.querySelectorAll('.wc')].map(node => node.dataset.zone).filter(Boolean);
const offset = timeZone => new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' }).formatToParts(now()).find(part => part.type === 'timeZoneName').value;
if (zones.some(zone => offset(zone) === offset(undefined))) document.querySelector('.browser-clock')?.remove();

adopt(document);
setTimeout(() => { tick(); setInterval(tick, 1000); }, 1000 - (now() % 1000));
document.addEventListener('htmx:after:swap', () => adopt(document));

// Light and dark: the choice is kept in a cookie, so that the server can say it from the first byte.
const root = document.documentElement;
document.getElementById('theme')?.addEventListener('click', () => {
  const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
  document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
});

document.getElementById('print')?.addEventListener('click', () => print());

// A link to one obligation opens it.
function openTarget() {
  const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  if (!target) return;
  for (let each = target; each; each = each.parentElement) if (each.tagName === 'DETAILS') each.open = true;
  target.scrollIntoView({ block: target.offsetHeight > innerHeight / 2 ? 'start' : 'center' });
}
addEventListener('hashchange', openTarget);
openTarget();
document.getElementById('faults')?.focus();

// A ladder wider than the screen opens at "now".
for (const box of document.querySelectorAll('.lw')) {
  const mark = box.querySelector('.now');
  if (mark && box.scrollWidth > box.clientWidth) {
    box.scrollLeft += mark.getBoundingClientRect().x - box.getBoundingClientRect().x - box.clientWidth / 2;
  }
}
