// The rows of a table on a page that no server makes: values to choose from, headings to sort by, words to search for.
// All of them are in the query of the address, as on a running site, so that it can be shared; this script hides and
// moves the rows. Without it nothing is shown that would need it.
"use strict";

const { columns, ordered, values, words, file } = JSON.parse(document.getElementById("frozen-rows").textContent);
const table = document.querySelector("table.rows-and-columns");
const rows = table ? [...table.tBodies[0].rows] : [];
const headings = table ? [...table.tHead.rows[0].cells].filter((cell) => cell.dataset.column) : [];
const count = document.querySelector("p.count");
const all = count && count.textContent.trim();
const files = document.querySelectorAll(".export-links");
const language = document.documentElement.lang;
const byWords = new Intl.Collator(language, { numeric: true });
const SEARCH = "_search";
const UP = "_sort";
const DOWN = "_sort_desc";
const KNOWN = /__(exact|in|arraycontains)$/;
const chips = [];  // each value that can be chosen: its link, its column and what it is called
const box = rows.length > 1 ? searchBox() : null;
const taken = file && files.length ? linkToRows() : null;
const ignored = count ? noteOfIgnored() : null;

function listed(text) {
  if (text.startsWith("[")) return JSON.parse(text).map(String);
  return text.split(",").map((part) => part.trim());
}

// What a query chooses: column → values. The names are Datasette's: column, column__in, column__arraycontains.
function chosenIn(query) {
  const chosen = new Map(columns.map((column) => [column, []]));
  for (const [name, value] of query) {
    const column = name.replace(KNOWN, "");
    if (!chosen.has(column)) continue;
    chosen.get(column).push(...(name.endsWith("__in") ? listed(value) : [value]));
  }
  return chosen;
}

// The address with other values chosen, or with other `settings` (of order and search, null for none).
function addressOf(chosen, settings = {}) {
  const now = new URLSearchParams(location.search);
  const query = new URLSearchParams();
  for (const [column, wanted] of chosen) {
    const isList = wanted.some((value) => value.includes(","));
    if (wanted.length === 1) query.set(column, wanted[0]);
    if (wanted.length > 1) query.set(`${column}__in`, isList ? JSON.stringify(wanted) : wanted.join(","));
  }
  for (const name of [SEARCH, UP, DOWN]) {
    const value = name in settings ? settings[name] : now.get(name);
    if (value) query.set(name, value);
  }
  return query.size ? `?${query}` : location.pathname.split("/").pop() || ".";
}

function has(value, wanted) {
  const text = String(value);
  return wanted === text || (text.startsWith("[") && listed(text).includes(wanted));
}

function folded(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

const texts = rows.map((row) => folded(row.textContent));

function fits(index, chosen, asked, but = null) {
  if (asked && !asked.split(/\s+/).every((word) => texts[index].includes(word))) return false;
  return columns.every((column, at) => {
    const wanted = chosen.get(column);
    return column === but || !wanted.length || wanted.some((value) => has(values[index][at], value));
  });
}

function toggled(chosen, { column, value }) {
  const wanted = chosen.get(column);
  const after = wanted.includes(value) ? wanted.filter((each) => each !== value) : [...wanted, value];
  return new Map(chosen).set(column, after);
}

function fade(shown) {
  const hidden = new Set(rows.filter((row, index) => !shown[index]).map((row) => row.dataset.row));
  for (const mark of document.querySelectorAll("figure.chart [data-row]")) {
    mark.style.opacity = hidden.has(mark.dataset.row) ? 0.15 : "";
  }
  for (const drawing of document.querySelectorAll("figure.chart .drawing")) {
    drawing.classList.toggle("filtered", hidden.size > 0);
  }
}

// Figures and days by what they are, everything else by its words; what is blank comes last.
function sortedBy(heading, down) {
  const at = columns.indexOf(heading.dataset.column);
  const isKnown = ordered.includes(heading.dataset.column);
  const key = (index) => (isKnown ? values[index][at] : rows[index].cells[heading.cellIndex].textContent.trim());
  const compare = (a, b) => {
    const [left, right] = [key(a), key(b)];
    const isBlank = (value) => value === null || value === "";
    if (isBlank(left) || isBlank(right)) return isBlank(left) - isBlank(right);
    const way = typeof left === "number" && typeof right === "number" ? left - right : byWords.compare(left, right);
    return down ? -way : way;
  };
  return rows.map((row, index) => index).sort(compare);
}

function titleOf(heading) {
  return heading.querySelector("a").firstChild.textContent.trim();
}

// Put the rows in the order that the address asks for; returns what to say of it.
function arrange(query, chosen) {
  const name = query.get(UP) || query.get(DOWN);
  const by = headings.find((heading) => heading.dataset.column === name);
  const down = !query.get(UP);
  const order = by ? sortedBy(by, down) : rows.map((row, index) => index);
  if (table) table.tBodies[0].append(...order.map((index) => rows[index]));
  for (const heading of headings) {
    const link = heading.querySelector("a");
    const mark = link.querySelector("span");
    const next = heading === by && !down ? { [UP]: null, [DOWN]: name } : { [UP]: heading.dataset.column, [DOWN]: null };
    link.href = `${addressOf(chosen, next)}#rows`;
    heading.toggleAttribute("aria-sort", heading === by);
    if (heading === by) heading.setAttribute("aria-sort", down ? "descending" : "ascending");
    mark.textContent = heading === by ? (down ? " ▼" : " ▲") : "";
  }
  return by ? [`${words.sorted} ${titleOf(by)}, ${down ? words.down : words.up}`] : [];
}

// The conditions of an address that only a running site knows: ["number__gt=5"].
function unknownIn(query) {
  const isKnown = (name) => name.startsWith("_") ? name !== "_where" : columns.includes(name.replace(KNOWN, ""));
  return [...query].filter(([name]) => !isKnown(name)).map((pair) => pair.join("="));
}

function inCsv(value, column) {
  if (value === null) return "";
  const text = file.booleans.includes(column) ? String(Boolean(value)) : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

// Let a link give the rows that are shown, in their order, as a running site does.
function giveRows(chosen, asked) {
  const places = new Map(rows.map((row, index) => [row, index]));
  const shown = [...table.tBodies[0].rows].filter((row) => !row.hidden).map((row) => values[places.get(row)]);
  const lines = shown.map((row) => columns.map((column, at) => inCsv(row[at], column)).join(","));
  const text = [columns.join(","), ...lines, ""].join("\n");
  const link = taken.querySelector("a");
  URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  const called = [file.table, ...[...chosen.values()].flat(), asked].join("_").replace(/[^A-Za-z0-9]+/g, "_");
  link.download = `${called.replace(/^_+|_+$/g, "").slice(0, 80)}-${file.version}.csv`;
}

function show() {
  const query = new URLSearchParams(location.search);
  const chosen = chosenIn(query);
  const asked = folded(query.get(SEARCH) || "").trim();
  const shown = rows.map((row, index) => fits(index, chosen, asked));
  rows.forEach((row, index) => { row.hidden = !shown[index]; });
  const told = arrange(query, chosen);
  for (const chip of chips) {
    const isChosen = chosen.get(chip.column).includes(chip.value);
    chip.link.classList.toggle("chosen", isChosen);
    chip.link.toggleAttribute("aria-current", isChosen);
    if (isChosen) chip.link.setAttribute("aria-current", "true");
    chip.link.href = `${addressOf(toggled(chosen, chip))}#rows`;
    const number = chip.link.querySelector(".count");
    const at = columns.indexOf(chip.column);
    const those = rows.filter((row, index) => fits(index, chosen, asked, chip.column) && has(values[index][at], chip.value));
    if (number) number.textContent = those.length.toLocaleString(language);
    if (isChosen) told.push(`${chip.title}: ${chip.label}`);
  }
  const number = shown.filter(Boolean).length;
  const isChoice = number < rows.length;
  for (const each of files) {
    each.hidden = Boolean(taken) && isChoice;
    each.firstChild.textContent = `${isChoice ? words.all : words.these} `;  // they hold all rows
  }
  if (taken) taken.hidden = !isChoice || number === 0;
  if (taken && !taken.hidden) giveRows(chosen, asked);
  const unknown = unknownIn(query);
  if (ignored) ignored.hidden = !unknown.length;
  if (ignored) ignored.textContent = `${words.ignored} ${unknown.join(", ")}`;
  if (box && document.activeElement !== box) box.value = query.get(SEARCH) || "";
  const first = number < rows.length ? `${number.toLocaleString(language)} / ${all}` : all;
  if (count) count.textContent = [first, ...told].join(" · ");
  fade(shown);
}

function go(address, replaced = false) {
  try {
    if (replaced) history.replaceState(null, "", address);
    else history.pushState(null, "", address);
  } catch {  // a page that was opened from a disk
    location.assign(address);
    return;
  }
  show();
}

function follow(link) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(link.href);
  });
}

function linkToRows() {
  const line = document.createElement("p");
  line.className = "export-links";
  const link = document.createElement("a");
  link.textContent = "CSV";
  line.append(`${words.these} `, link);
  files[files.length - 1].after(line);
  return line;
}

function noteOfIgnored() {
  const note = document.createElement("p");
  note.className = "message";
  note.setAttribute("role", "alert");
  count.before(note);
  return note;
}

function searchBox() {
  const line = document.createElement("p");
  line.className = "rows-search";
  const label = line.appendChild(document.createElement("label"));
  const input = document.createElement("input");
  input.type = "search";
  label.append(`${words.search} `, input);
  const ask = () => go(addressOf(chosenIn(new URLSearchParams(location.search)), { [SEARCH]: input.value.trim() || null }), true);
  input.addEventListener("change", ask);
  if (location.protocol !== "file:") input.addEventListener("input", ask);
  count.before(line);
  return input;
}

for (const heading of headings) {
  const link = document.createElement("a");
  const title = heading.firstChild;
  title.before(link);
  link.append(title, document.createElement("span"));
  link.lastChild.setAttribute("aria-hidden", "true");
}
for (const group of document.querySelectorAll(".facet-results [data-column]")) {
  for (const link of group.querySelectorAll("li a")) {
    const query = new URL(link.href).searchParams;
    const value = [...query.values()][0];
    const label = link.firstChild.textContent.trim();
    const title = group.querySelector("h3").textContent.trim();
    chips.push({ link, column: group.dataset.column, value, label, title });
  }
}
for (const link of [...headings.map((heading) => heading.querySelector("a")), ...chips.map((chip) => chip.link)]) follow(link);
for (const group of document.querySelectorAll(".facet-results[hidden]")) group.hidden = false;
window.addEventListener("popstate", show);
show();
