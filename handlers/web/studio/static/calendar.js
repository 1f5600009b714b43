// Moving an entry to another day: by dragging, or by Alt and an arrow key. The server answers with the calendar.
const form = document.getElementById("move");

function send(draft, day) {
  form.elements.draft.value = draft;
  form.elements.to.value = day;
  htmx.ajax("POST", form.action, { source: form, values: Object.fromEntries(new FormData(form)), swap: "none" });
}

let held = null;
document.addEventListener("dragstart", (event) => {
  held = event.target.closest?.("[data-moves]");
  if (!held) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", held.dataset.moves);
  held.classList.add("held");
});
document.addEventListener("dragend", () => { held?.classList.remove("held"); held = null; document.querySelectorAll(".day.over").forEach((day) => day.classList.remove("over")); });
document.addEventListener("dragover", (event) => {
  const day = event.target.closest?.("[data-day]");
  document.querySelectorAll(".day.over").forEach((each) => each !== day && each.classList.remove("over"));
  if (held && day) { event.preventDefault(); day.classList.add("over"); }
});
document.addEventListener("drop", (event) => {
  const day = event.target.closest?.("[data-day]");
  if (!held || !day) return;
  event.preventDefault();
  if (day !== held.closest("[data-day]")) send(held.dataset.moves, day.dataset.day);
});

const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
document.addEventListener("keydown", (event) => {
  const entry = event.target.closest?.("[data-moves]");
  if (!entry || !event.altKey || !(event.key in steps)) return;
  event.preventDefault();
  const day = new Date(`${entry.closest("[data-day]").dataset.day}T12:00:00Z`);
  day.setUTCDate(day.getUTCDate() + steps[event.key]);
  sessionStorage.setItem("moved", entry.dataset.moves);
  send(entry.dataset.moves, day.toISOString().slice(0, 10));
});

// The entry that was moved keeps the focus.
function again() {
  const moved = sessionStorage.getItem("moved");
  if (!moved) return;
  sessionStorage.removeItem("moved");
  document.querySelector(`[data-moves="${CSS.escape(moved)}"]`)?.focus();
}
again();
