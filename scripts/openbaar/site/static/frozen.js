// The rows of a table on a page that no server makes: each value that narrows the table is a link to this page with
// that value in its query, as on a running site, and this script hides the other rows.
"use strict";

const told = document.getElementById("frozen-rows");
const [columns, values] = JSON.parse(told.textContent);
const rows = [...document.querySelectorAll("table.rows-and-columns > tbody > tr")];
const count = document.querySelector("p.count");
const all = count && count.textContent.trim();
const chips = [];  // each value that can be chosen: its link, its column and what it is called

function listed(text) {
  if (text.startsWith("[")) return JSON.parse(text).map(String);
  return text.split(",").map((part) => part.trim());
}

// What a query chooses: column → values. The names are Datasette's: column, column__in, column__arraycontains.
function chosenIn(query) {
  const chosen = new Map(columns.map((column) => [column, []]));
  for (const [name, value] of new URLSearchParams(query)) {
    const [, column, lookup] = /^(.*?)(?:__(exact|in|arraycontains))?$/.exec(name);
    if (!chosen.has(column)) continue;
    chosen.get(column).push(...(lookup === "in" ? listed(value) : [value]));
  }
  return chosen;
}

function queryOf(chosen) {
  const query = new URLSearchParams();
  for (const [column, wanted] of chosen) {
    const isList = wanted.some((value) => value.includes(","));
    if (wanted.length === 1) query.set(column, wanted[0]);
    if (wanted.length > 1) query.set(`${column}__in`, isList ? JSON.stringify(wanted) : wanted.join(","));
  }
  return query.size ? `?${query}` : location.pathname.split("/").pop() || ".";
}

function has(value, wanted) {
  const text = String(value);
  return wanted === text || (text.startsWith("[") && listed(text).includes(wanted));
}

function fits(index, chosen, but = null) {
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

function show() {
  const chosen = chosenIn(location.search);
  const shown = rows.map((row, index) => fits(index, chosen));
  rows.forEach((row, index) => { row.hidden = !shown[index]; });
  const words = [];
  for (const chip of chips) {
    const isChosen = chosen.get(chip.column).includes(chip.value);
    chip.link.classList.toggle("chosen", isChosen);
    chip.link.toggleAttribute("aria-current", isChosen);
    chip.link.href = `${queryOf(toggled(chosen, chip))}#rows`;
    const number = chip.link.querySelector(".count");
    const at = columns.indexOf(chip.column);
    const those = rows.filter((row, index) => fits(index, chosen, chip.column) && has(values[index][at], chip.value));
    if (number) number.textContent = those.length.toLocaleString(document.documentElement.lang);
    if (isChosen) words.push(`${chip.title}: ${chip.label}`);
  }
  for (const files of document.querySelectorAll(".export-links")) files.hidden = words.length > 0;  // they hold all rows
  if (count && words.length) count.textContent = `${shown.filter(Boolean).length} / ${all} · ${words.join(", ")}`;
  fade(shown);
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
show();
