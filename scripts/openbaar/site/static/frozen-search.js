// The search of a site without a server. `openbaarIndex` is beside the page; it has each thing that can be found.
"use strict";

const GROUPED = /\d{1,3}(?:[.,'’ \u00a0\u2009\u202f]\d{3})+(?!\d)/g;
const SHOWN = 50;  // results of one kind
const AROUND = 90;  // characters before and after what was found

function folded(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

// `50.252`, `50 252` and `50252` are the same number.
function wordsOf(text) {
  const numbers = (text.match(GROUPED) || []).map((number) => number.replace(/\D/g, ""));
  return [...folded(text).split(/[^\p{L}\p{N}]+/u), ...numbers].filter(Boolean);
}

function termsOf(asked) {
  const numbers = (asked.match(GROUPED) || []).map((number) => number.replace(/\D/g, ""));
  const words = folded(asked.replace(GROUPED, " ")).split(/[^\p{L}\p{N}]+/u);
  return [...numbers, ...words].filter(Boolean);
}

function matches(words, term) {
  return words.some((word) => (/^\d/.test(term) ? word === term : word.startsWith(term)));
}

function excerpt(text, terms) {
  const at = Math.max(0, Math.min(...terms.map((term) => folded(text).indexOf(term)).filter((place) => place >= 0)));
  if (!Number.isFinite(at) || text.length <= 2 * AROUND) return text.slice(0, 2 * AROUND);
  return `${at > AROUND ? "…" : ""}${text.slice(Math.max(0, at - AROUND), at + AROUND)}…`;
}

function item([, title, address, told, part], terms) {
  const line = document.createElement("li");
  const link = line.appendChild(document.createElement("a"));
  link.href = address;
  link.textContent = told ? title : excerpt(title, terms);
  if (part) line.append(` ${part}`);
  if (told) line.append(document.createElement("br"), excerpt(told, terms));
  return line;
}

function section(title, entries, terms) {
  const made = document.createElement("section");
  made.appendChild(document.createElement("h2")).textContent = title;
  const list = made.appendChild(document.createElement("ul"));
  list.className = "found";
  list.append(...entries.slice(0, SHOWN).map((entry) => item(entry, terms)));
  return made;
}

const asked = new URLSearchParams(location.search).get("q") || "";
const terms = termsOf(asked);
if (terms.length) {
  for (const input of document.querySelectorAll("input[name=q]")) input.value = asked;
  const { kinds, nothing, entries } = openbaarIndex;
  const found = entries.filter(([, ...texts]) => {
    const words = wordsOf([texts[0], texts[2], texts[3], texts[4]].join(" "));
    return terms.every((term) => matches(words, term));
  });
  const sections = [];
  for (const [kind, title] of Object.entries(kinds)) {
    const those = found.filter((entry) => entry[0] === kind);
    if (those.length) sections.push(section(title, those, terms));
  }
  if (!sections.length) {
    const told = document.createElement("p");
    told.setAttribute("role", "status");
    told.textContent = nothing;
    sections.push(told);
  }
  document.querySelector("main h1").after(...sections);
}
