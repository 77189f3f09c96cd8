// How many rows a reader of data packages finds in each table: `read.js READER datapackage.json`.
// Nothing is fetched: the profile of the descriptor is judged elsewhere.
const path = require("path");
const [reader, file] = process.argv.slice(2);

async function byDatapackage() {
  const { Package } = require("datapackage");
  const descriptor = JSON.parse(require("fs").readFileSync(file, "utf-8"));
  delete descriptor.$schema; // the library is of version 1, and would fetch it
  const found = {};
  const opened = await Package.load(descriptor, { basePath: path.dirname(file), strict: false });
  for (const resource of opened.resources) {
    const rows = await resource.read({ relations: true });
    found[resource.name] = rows.length;
  }
  return found;
}

async function byFrictionless() {
  const { Dataset } = require("frictionless.js");
  const opened = await Dataset.load(file);
  const found = {};
  for (const each of opened.resources) {
    let count = -1; // the first line holds the names
    for await (const _ of await each.rows()) count += 1;
    found[each.descriptor.name] = count;
  }
  return found;
}

(reader === "datapackage" ? byDatapackage() : byFrictionless())
  .then((found) => console.log(JSON.stringify(found)))
  .catch((error) => {
    console.error(error, error.errors || "");
    process.exit(1);
  });
