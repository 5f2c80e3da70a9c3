// What is typed into a form marked data-kept stays in the tab until the server has taken it: a dropped connection, a
// reload or "Back" loses nothing. It is gone with the tab, and when somebody signs out.
const PREFIX = "kept:";
const NOT_KEPT = new Set(["hidden", "password", "file", "submit", "button"]);

export function keepTyped(document, store) {
  const here = document.location.pathname;
  takenAlready(document, store, here);
  document.querySelectorAll("form[data-kept]").forEach((form, place) => {
    const key = `${PREFIX}${here}#${place}`;
    restore(form, store, key);
    form.addEventListener("input", () => store.setItem(key, JSON.stringify({ values: valuesOf(form) })));
    form.addEventListener("submit", (event) => send(event, form, store, key));
  });
  document.querySelectorAll("form[data-leave]").forEach((form) => form.addEventListener("submit", () => forget(store)));
}

// The server leads on to another page when it has taken a form; that page knows where it came from.
function takenAlready(document, store, here) {
  const from = document.referrer ? new URL(document.referrer) : null;
  if (!from || from.origin !== document.location.origin || from.pathname === here) return;
  for (const key of keysOf(store)) {
    const kept = JSON.parse(store.getItem(key));
    if (kept.sent && key.startsWith(`${PREFIX}${from.pathname}#`)) store.removeItem(key);
  }
}

function restore(form, store, key) {
  const kept = store.getItem(key);
  if (!kept) return;
  const { values } = JSON.parse(kept);
  let changed = false;
  for (const field of fieldsOf(form)) {
    const typed = values[nameOf(field)];
    if (typed === undefined) continue;
    if (typeof typed === "boolean") {
      changed = changed || field.checked !== typed;
      field.checked = typed;
    } else {
      changed = changed || field.value !== typed;
      field.value = typed;
    }
  }
  if (changed) show(form, "[data-kept-restored]");
}

function send(event, form, store, key) {
  if (navigator.onLine === false) {
    event.preventDefault();
    show(form, "[data-kept-offline]");
    return;
  }
  store.setItem(key, JSON.stringify({ values: valuesOf(form), sent: true }));
}

function show(form, which) {
  const notice = form.querySelector(which);
  if (!notice) return;
  notice.hidden = false;
  notice.scrollIntoView({ block: "nearest" });
}

function fieldsOf(form) {
  return Array.from(form.elements).filter((field) => field.name && !NOT_KEPT.has(field.type));
}

function nameOf(field) {
  return field.type === "radio" || field.type === "checkbox" ? `${field.name}=${field.value}` : field.name;
}

function valuesOf(form) {
  const choice = (field) => field.type === "radio" || field.type === "checkbox";
  return Object.fromEntries(fieldsOf(form).map((field) => [nameOf(field), choice(field) ? field.checked : field.value]));
}

function keysOf(store) {
  return Array.from({ length: store.length }, (_, place) => store.key(place)).filter((key) => key.startsWith(PREFIX));
}

function forget(store) {
  for (const key of keysOf(store)) store.removeItem(key);
}
