// Moving an entry to another day, in a week to another hour too: by dragging, or by Alt and an arrow key. The server
// answers with the calendar.
const form = document.getElementById("move");

function send(draft, day, hour = "") {
  form.elements.draft.value = draft;
  form.elements.to.value = day;
  form.elements.hour.value = hour;
  htmx.ajax("POST", form.action, { source: form, values: Object.fromEntries(new FormData(form)), swap: "none" });
}

// What an entry can be dropped on: an hour where there are any, else a day.
const place = (element) => element?.closest?.("[data-hour]") ?? element?.closest?.("[data-day]");
const dayOf = (element) => element.closest("[data-day]").dataset.day;
const hourOf = (element) => element.closest("[data-hour]")?.dataset.hour ?? "";

let held = null;
const unmark = (but) => document.querySelectorAll(".over").forEach((each) => each !== but && each.classList.remove("over"));
document.addEventListener("dragstart", (event) => {
  held = event.target.closest?.("[data-moves]");
  if (!held) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", held.dataset.moves);
  held.classList.add("held");
});
document.addEventListener("dragend", () => { held?.classList.remove("held"); held = null; unmark(); });
document.addEventListener("dragover", (event) => {
  const target = place(event.target);
  unmark(target);
  if (held && target) { event.preventDefault(); target.classList.add("over"); }
});
document.addEventListener("drop", (event) => {
  const target = place(event.target);
  if (!held || !target) return;
  event.preventDefault();
  if (target !== place(held)) send(held.dataset.moves, dayOf(target), hourOf(target));
});

const days = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
const hours = { ArrowUp: -1, ArrowDown: 1 };
document.addEventListener("keydown", (event) => {
  const entry = event.target.closest?.("[data-moves]");
  if (!entry || !event.altKey || !(event.key in days)) return;
  event.preventDefault();
  const byHour = hourOf(entry) !== "" && event.key in hours;
  const to = new Date(`${dayOf(entry)}T${hourOf(entry).padStart(2, "0")}:00:00Z`);
  if (byHour) to.setUTCHours(to.getUTCHours() + hours[event.key]);
  else to.setUTCDate(to.getUTCDate() + days[event.key]);
  sessionStorage.setItem("moved", entry.dataset.moves);
  send(entry.dataset.moves, to.toISOString().slice(0, 10), byHour ? String(to.getUTCHours()) : "");
});

// A filter shows at once what it lets through, and keeps the focus, so that keys can go on; without this script a
// button does. What narrows nothing stays out of the address.
const filters = document.getElementById("filters");
filters?.addEventListener("change", (event) => {
  sessionStorage.setItem("filter", event.target.name);
  filters.requestSubmit();
});
filters?.addEventListener("submit", () => {
  for (const each of filters.querySelectorAll("select")) each.disabled = each.value === "";
});
addEventListener("pageshow", () => { for (const each of filters?.querySelectorAll("select") ?? []) each.disabled = false; });
const chosen = sessionStorage.getItem("filter");
sessionStorage.removeItem("filter");
if (chosen) filters?.elements[chosen]?.focus();

// The entry that was moved keeps the focus.
function again() {
  const moved = sessionStorage.getItem("moved");
  if (!moved) return;
  sessionStorage.removeItem("moved");
  document.querySelector(`[data-moves="${CSS.escape(moved)}"]`)?.focus();
}
again();
