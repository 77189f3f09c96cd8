// What a page can do without, so everything works where this is not run: a mark of a chart tells its row when
// one points at it, a row points at its mark, and texts to cite can be copied.
"use strict";

function pairs(figure) {
  const marks = new Map();
  for (const mark of figure.querySelectorAll("[data-row]")) {
    marks.set(mark.dataset.row, [...(marks.get(mark.dataset.row) ?? []), mark]);
  }
  return marks;
}

function titleOf(cell) {
  const head = cell.closest("table").tHead.rows[0].cells[cell.cellIndex];
  return (head.querySelector("a") || head).firstChild.textContent.trim();
}

function tell(row) {
  const isMore = [...row.closest("table").tHead.rows[0].cells].map((head) => head.matches(".more, .col-Link"));
  const cells = [...row.cells].filter((cell) => !isMore[cell.cellIndex]);
  return cells.map((cell) => `${titleOf(cell)}: ${cell.textContent.trim()}`);
}

function showTip(mark, lines) {
  const tip = document.createElement("div");
  tip.className = "tip";
  for (const line of lines) tip.appendChild(document.createElement("div")).textContent = line;
  document.body.append(tip);
  const box = mark.getBoundingClientRect();
  const left = Math.min(box.left + box.width / 2, document.documentElement.clientWidth - tip.offsetWidth - 8);
  tip.style.left = `${Math.max(8, left) + window.scrollX}px`;
  tip.style.top = `${Math.max(8, box.top - tip.offsetHeight - 8) + window.scrollY}px`;
  return tip;
}

for (const figure of document.querySelectorAll("figure.chart")) {
  const marks = pairs(figure);
  for (const row of document.querySelectorAll("tr[data-row]")) {
    const drawn = marks.get(row.dataset.row);  // on a wide page and on a phone
    if (!drawn) continue;
    let tip = null;
    const point = (on) => {
      row.classList.toggle("pointed", on);
      for (const mark of drawn) mark.classList.toggle("pointed", on);
    };
    for (const mark of drawn) {
      mark.addEventListener("mouseenter", () => { point(true); tip = showTip(mark, tell(row)); });
      mark.addEventListener("mouseleave", () => { point(false); if (tip) tip.remove(); });
    }
    for (const [begin, end] of [["mouseenter", "mouseleave"], ["focusin", "focusout"]]) {
      row.addEventListener(begin, () => point(true));
      row.addEventListener(end, () => point(false));
    }
  }
}

for (const list of document.querySelectorAll(".facet-info ul")) {  // on a phone the values of a list are one line
  const chosen = list.querySelector("a.chosen");
  if (chosen) list.scrollLeft = chosen.offsetLeft - list.offsetLeft;
}

for (const link of document.querySelectorAll("a[data-report][href^='mailto:']")) {  // an error is told with its page
  const before = link.href;
  link.addEventListener("click", () => { link.href = `${before}&body=${encodeURIComponent(`\n\n${location.href}`)}`; });
}

for (const form of document.querySelectorAll("form[role=search][hidden]")) form.hidden = false;  // on a frozen site

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  const before = [...button.childNodes];
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copy).textContent;
    try {
      await navigator.clipboard.writeText(text);
    } catch {  // without a secure context: by a selection
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    button.textContent = button.dataset.done;
    setTimeout(() => button.replaceChildren(...before), 1500);
  });
}

// On a frozen site: a frame names the version of the chart that was placed there.
for (const told of document.querySelectorAll("[data-changed][hidden]")) {
  told.hidden = !told.dataset.changed.split(" ").includes(new URLSearchParams(location.search).get("_version"));
}

// A line that is not on this part of its document is on another one: an address may be older than the parts.
function placeOf(hash) {
  const found = /^#(?:P(\d+)-)?L(\d+)$/.exec(hash);
  return found && [Number(found[1] ?? 0), Number(found[2])];
}

function isBefore(start, place) {
  return start[0] < place[0] || (start[0] === place[0] && start[1] <= place[1]);
}

function showPartOfLine() {
  const place = placeOf(location.hash);
  if (!place || document.getElementById(location.hash.slice(1))) return;
  const starts = [...document.querySelectorAll("[data-parts] a")];
  const link = starts.findLast((each) => isBefore(placeOf(each.hash) ?? [Infinity, 0], place));
  if (link && !link.hasAttribute("aria-current")) location.replace(link.href.replace(/#.*/, location.hash));
}

showPartOfLine();
