// Subscribe with the real client of a protocol and print each result as a line of JSON.
//
// node subscribe.mjs graphql-ws|graphql-sse <url> <operation> <variables as JSON> [<leave after this many>]
//
// A client that leaves stays connected until its standard input ends.

import { createRequire } from "node:module";

const require = createRequire(new URL("../../web/package.json", import.meta.url));
const [, , protocol, url, query, variables, leaveAfter] = process.argv;

const clients = {
  "graphql-ws": () => require("graphql-ws").createClient({ url, retryAttempts: 0 }),
  "graphql-sse": () => require("graphql-sse").createClient({ url, retryAttempts: 0 }),
};

const client = clients[protocol]();
let received = 0;
for await (const result of client.iterate({ query, variables: JSON.parse(variables) })) {
  console.log(JSON.stringify(result));
  received += 1;
  if (received === Number(leaveAfter)) break;
}
if (leaveAfter) for await (const _ of process.stdin);
await client.dispose();
