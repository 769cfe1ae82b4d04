// Subscribe with the real client of a protocol and print each result as a line of JSON.
//
// node subscribe.mjs graphql-ws|graphql-sse|apollo <url> <operation> <variables as JSON> [<leave after this many>]
//
// A client that leaves stays connected until its standard input ends.

import { createRequire } from "node:module";

const require = createRequire(new URL("../../web/package.json", import.meta.url));
const [, , protocol, url, query, variables, leaveAfter] = process.argv;

const operation = { query, variables: JSON.parse(variables) };

// Each returns the results as an async iterator, and how to hang up.
const clients = {
  "graphql-ws": () => {
    const client = require("graphql-ws").createClient({ url, retryAttempts: 0 });
    return [client.iterate(operation), () => client.dispose()];
  },
  "graphql-sse": () => {
    const client = require("graphql-sse").createClient({ url, retryAttempts: 0 });
    return [client.iterate(operation), () => client.dispose()];
  },
  // Over the multipart protocol, which its HTTP link speaks.
  apollo: () => {
    const { ApolloClient, HttpLink, InMemoryCache, gql } = require("@apollo/client");
    const client = new ApolloClient({ link: new HttpLink({ uri: url }), cache: new InMemoryCache() });
    const results = new ReadableStream({
      start(controller) {
        this.subscription = client.subscribe({ ...operation, query: gql(query) }).subscribe({
          next: ({ data, error }) => controller.enqueue(error ? { data, error } : { data }),
          complete: () => controller.close(),
        });
      },
      cancel() {
        this.subscription.unsubscribe();
      },
    });
    return [results, () => client.stop()];
  },
};

// Apollo Client asks for these by itself.
const withoutTypenames = (key, value) => (key === "__typename" ? undefined : value);

const [results, hangUp] = clients[protocol]();
let received = 0;
for await (const result of results) {
  console.log(JSON.stringify(result, withoutTypenames));
  received += 1;
  if (received === Number(leaveAfter)) break;
}
if (leaveAfter) for await (const _ of process.stdin);
await hangUp();
