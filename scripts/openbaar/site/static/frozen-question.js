// A question on a site without a server: values in the query of the address, as a running site reads them and as one
// cites them, lead to the page of these values, one after the other.
"use strict";

for (const [name, value] of new URLSearchParams(location.search)) {
  const links = [...document.querySelectorAll("a[data-name]:not(.chosen)")];
  const wanted = links.find((link) => link.dataset.name === name && link.dataset.value === value);
  if (!wanted || !value) continue;
  location.replace(wanted.href + location.search + location.hash);
  break;
}
