// A campaign's timeline: a post goes to another day by dragging, or by Alt and an arrow key (days, or hours). The server
// answers with the page, and with what is to be heeded there.
const form = document.getElementById("move");

function send(mark, at) {
  sessionStorage.setItem("mark", `${mark.dataset.post} ${mark.dataset.lane}`);
  form.action = form.dataset.at + mark.dataset.post;
  form.elements.when.value = at;
  htmx.ajax("POST", form.action, { source: form, values: Object.fromEntries(new FormData(form)), swap: "none" });
}

let held = null;
const day = (element) => element?.closest?.(".lanes [data-day]");
const unmark = (but) => document.querySelectorAll(".lanes .over").forEach((each) => each !== but && each.classList.remove("over"));
document.addEventListener("dragstart", (event) => {
  held = event.target.closest?.("[data-post]");
  if (!held) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", held.dataset.post);
  document.querySelectorAll(`[data-post="${CSS.escape(held.dataset.post)}"]`).forEach((each) => each.classList.add("held"));
});
document.addEventListener("dragend", () => {
  document.querySelectorAll(".mark.held").forEach((each) => each.classList.remove("held"));
  held = null;
  unmark();
});
document.addEventListener("dragover", (event) => {
  const target = day(event.target);
  unmark(target);
  if (held && target) { event.preventDefault(); target.classList.add("over"); }
});
document.addEventListener("drop", (event) => {
  const target = day(event.target);
  if (!held || !target) return;
  event.preventDefault();
  const [was, clock] = held.dataset.at.split("T");
  if (target.dataset.day !== was) send(held, `${target.dataset.day}T${clock}`);
});

const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
document.addEventListener("keydown", (event) => {
  const mark = event.target.closest?.("[data-post]");
  if (!mark || !event.altKey || !(event.key in steps)) return;
  event.preventDefault();
  const to = new Date(`${mark.dataset.at}Z`);
  to.setUTCDate(to.getUTCDate() + steps[event.key][0]);
  to.setUTCHours(to.getUTCHours() + steps[event.key][1]);
  send(mark, to.toISOString().slice(0, 16));
});

// The post that was moved keeps the focus, and stays in sight.
const [moved, lane] = (sessionStorage.getItem("mark") ?? "").split(" ");
sessionStorage.removeItem("mark");
if (moved) document.querySelector(`[data-post="${CSS.escape(moved)}"][data-lane="${CSS.escape(lane)}"]`)?.focus();
else document.querySelector(".lanes th.now")?.scrollIntoView({ block: "nearest", inline: "center" });
