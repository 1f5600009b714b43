// What every page does: say what happened, follow what changes, menus, sheets and keys.
const told = document.getElementById("told");
let saying = 0;

function say(text, kind = "done") {
  if (!text) return;
  const line = document.createElement("p");
  line.textContent = text;
  line.dataset.kind = kind;
  told.replaceChildren(line);
  clearTimeout(saying);
  saying = setTimeout(() => line.remove(), Math.max(4000, text.length * 70));
}

say(told?.dataset.told);
document.body.addEventListener("told", (event) => say(event.detail.text, event.detail.kind));
document.body.addEventListener("htmx:sendError", () => say(document.documentElement.lang === "de" ? "AdMind ist gerade nicht erreichbar. Nichts wurde geändert." : "AdMind cannot be reached. Nothing was changed.", "problem"));

// Hints that something changed: parts of the page that trigger on "changed from:body" ask again.
// Ids that changed are in event.detail.ids. A page in the background asks when it is looked at again.
const place = document.body.dataset.live;
let missed = new Set();

function changed(ids) {
  for (const id of ids) document.querySelectorAll(`[data-about="${CSS.escape(id)}"]`).forEach((part) => htmx.trigger(part, "refresh"));
  document.body.dispatchEvent(new CustomEvent("changed", { detail: { ids } }));
}

if (place) {
  const source = new EventSource(place);
  let timer = 0;
  const waiting = new Set();
  source.addEventListener("changed", (event) => {
    for (const id of JSON.parse(event.data)) (document.hidden ? missed : waiting).add(id);
    clearTimeout(timer);
    timer = setTimeout(() => { if (waiting.size) { const ids = [...waiting]; waiting.clear(); changed(ids); } }, 150);
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && missed.size) { const ids = [...missed]; missed = new Set(); changed(ids); }
  });
  addEventListener("pagehide", () => source.close());
}

// A select that acts when it changes.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-submit-on-change]");
  if (form) form.requestSubmit();
});

// Menus are <details>: one open at a time, closed by a click elsewhere or Escape.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) { menu.open = false; menu.querySelector("summary").focus(); }
});

// <a data-sheet href="…"> opens its page's part in the dialog; without script it is a page of its own.
const sheet = document.getElementById("sheet");
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-sheet]");
  if (link && !event.metaKey && !event.ctrlKey && window.htmx) {
    event.preventDefault();
    htmx.ajax("GET", link.href, { target: sheet, swap: "innerHTML" }).then(() => { if (sheet.childElementCount && !sheet.open) sheet.showModal(); });
  }
  if (event.target.closest("[data-close]") || event.target === sheet) sheet?.close();
});
sheet?.addEventListener("close", () => sheet.replaceChildren());
document.body.addEventListener("closed", () => sheet?.close());

// One key, one thing: elements with data-key="a" are clicked by it, unless somebody types.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input, textarea, select, [contenteditable]") || document.querySelector("dialog[open]")) return;
  const wanted = document.querySelector(`[data-key="${CSS.escape(event.key)}"]:not([disabled])`);
  if (wanted) { event.preventDefault(); wanted.focus({ preventScroll: true }); wanted.click(); }
});
