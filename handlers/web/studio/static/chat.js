// The conversation: sending, progress as it happens, pictures by drop, paste or choice.
const tell = (text, kind) => document.body.dispatchEvent(new CustomEvent("told", { detail: { text, kind } }));
const turns = document.getElementById("turns");
const form = document.getElementById("say");
const text = document.getElementById("text");
const pictures = document.getElementById("pictures");
const file = document.getElementById("file");

const down = () => { turns.scrollTop = turns.scrollHeight; };
down();

function follow(turn) {
  if (turn.dataset.followed) return;
  turn.dataset.followed = "1";
  const source = new EventSource(`/studio/chat/${turn.dataset.turn}/events`);
  source.addEventListener("progress", (event) => {
    const line = turn.querySelector("[data-progress]");
    if (line) line.textContent = `${JSON.parse(event.data).text} …`;
  });
  source.addEventListener("done", () => {
    source.close();
    htmx.ajax("GET", `/studio/chat/${turn.dataset.turn}`, { target: turn, swap: "outerHTML" }).then(down);
  });
}

const look = () => document.querySelectorAll("[data-turn]").forEach(follow);
look();

document.body.addEventListener("htmx:afterSettle", (event) => {
  const fresh = turns.querySelector(".turn.fresh:last-child");
  if (fresh) { document.getElementById("conversation").value = fresh.dataset.conversation; turns.querySelector(".hello")?.remove(); down(); }
  look();
});

form.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful && event.target === form) { text.value = ""; pictures.replaceChildren(); text.focus(); }
});

text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); if (text.value.trim() || pictures.childElementCount) form.requestSubmit(); }
});

const isText = (one) => /\.(txt|md|pdf)$/i.test(one.name) && !one.type.startsWith("image/");

async function add(picture) {
  if (pictures.childElementCount >= 10) return;
  const body = new FormData();
  body.append("file", picture);
  const document_ = isText(picture);
  const proof = JSON.parse(document.body.getAttribute("hx-headers"));
  const answer = await fetch(document_ ? "/studio/documents" : "/studio/media", { method: "POST", body, headers: { ...proof, "hx-request": "true" } });
  if (!answer.ok) {
    const said = answer.headers.get("hx-trigger");
    tell(said ? JSON.parse(said).told.text : String(answer.status), "problem");
    return;
  }
  const kept = await answer.json();
  const figure = document.createElement("figure");
  const image = document_
    ? Object.assign(document.createElement("figcaption"), { textContent: kept.name })
    : Object.assign(document.createElement("img"), { src: `/studio/media/${kept.sha256}`, alt: kept.name });
  const hidden = Object.assign(document.createElement("input"), { type: "hidden", name: document_ ? "documents" : "images", value: kept.sha256 });
  const away = Object.assign(document.createElement("button"), { type: "button", textContent: "×", ariaLabel: `× ${kept.name}` });
  away.addEventListener("click", () => figure.remove());
  figure.append(image, hidden, away);
  pictures.append(figure);
}

const addAll = async (files) => { for (const one of files) if (one.type.startsWith("image/") || isText(one)) await add(one); };
file.addEventListener("change", async () => { await addAll(file.files); file.value = ""; });
document.addEventListener("paste", (event) => { if (event.clipboardData?.files.length) { event.preventDefault(); addAll(event.clipboardData.files); } });
document.addEventListener("dragover", (event) => { if ([...event.dataTransfer.types].includes("Files")) { event.preventDefault(); form.classList.add("over"); } });
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) form.classList.remove("over"); });
document.addEventListener("drop", (event) => { form.classList.remove("over"); if (event.dataTransfer.files.length) { event.preventDefault(); addAll(event.dataTransfer.files); } });
