// A draft that changed elsewhere while it is open here is told, never swapped under the reader's hands.
const review = document.getElementById("review");

document.body.addEventListener("changed", async (event) => {
  if (!review || !event.detail.ids.includes(review.dataset.draft)) return;
  const answer = await fetch(location.href, { headers: { "x-look": "1" } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("review");
  if (page && page.dataset.digest === review.dataset.digest) {
    review.querySelector(".facts").replaceWith(page.querySelector(".facts"));
    review.querySelector(".review-head .badge").replaceWith(page.querySelector(".review-head .badge"));
  } else if (page) document.getElementById("moved-on").hidden = false;
});

// A menu that opens gives its first field the keys.
document.addEventListener("toggle", (event) => {
  if (event.target.matches?.("details.menu[open]")) event.target.querySelector("textarea, input:not([type=hidden])")?.focus();
}, true);

// What was typed and not saved is not lost by a wrong click.
addEventListener("beforeunload", (event) => {
  const text = document.querySelector("form[data-editor] textarea");
  if (text && text.value !== text.defaultValue && !text.form.dataset.sent) event.preventDefault();
});
document.addEventListener("submit", (event) => { if (event.target.matches("form[data-editor]")) event.target.dataset.sent = "1"; });
