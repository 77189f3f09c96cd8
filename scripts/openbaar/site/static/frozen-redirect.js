// An address to cite, on a site without a server: it leads on with the values that it was cited with.
"use strict";

location.replace(document.querySelector("a").href + location.search + location.hash);
