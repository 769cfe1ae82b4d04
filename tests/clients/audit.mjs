// Print what the audit of GraphQL over HTTP by the npm package graphql-http finds, as JSON.
//
// node audit.mjs <url>

import { createRequire } from "node:module";

const require = createRequire(new URL("../../web/package.json", import.meta.url));
const { auditServer } = require("graphql-http");

const results = await auditServer({ url: process.argv[2], fetchFn: fetch });
console.log(
  JSON.stringify(
    results.map(({ id, name, status, reason }) => ({ id, name, status, reason: reason ?? null })),
  ),
);
