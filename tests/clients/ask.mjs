// Ask with the network layer of a real client and print each answer as a line of JSON.
//
// node ask.mjs apollo|apollo-hash|apollo-hash-get|apollo-batch <url> <operation> <variables as JSON> [<times>]
// node ask.mjs urql|urql-get <url> <operation> <variables as JSON> [<times>]
// node ask.mjs relay <url> <folder of relay-compiler's artifacts> <query>

import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(new URL("../../web/package.json", import.meta.url));
const [, , client, url, ...rest] = process.argv;

const say = (value) => console.log(JSON.stringify(value));

// What the clients send, in the order in which they do.
const sent = [];
const watchedFetch = async (address, options) => {
  sent.push(options?.method ?? "GET");
  return fetch(address, options);
};

const sha256 = (text) => createHash("sha256").update(text).digest("hex");

function apolloLink() {
  const { HttpLink } = require("@apollo/client");
  const settings = { uri: url, fetch: watchedFetch };
  if (client === "apollo") return new HttpLink(settings);
  if (client === "apollo-batch") {
    const { BatchHttpLink } = require("@apollo/client/link/batch-http");
    return new BatchHttpLink({ ...settings, batchInterval: 20 });
  }
  const { PersistedQueryLink } = require("@apollo/client/link/persisted-queries");
  const useGETForHashedQueries = client === "apollo-hash-get";
  const hashing = new PersistedQueryLink({ sha256, useGETForHashedQueries });
  return hashing.concat(new HttpLink(settings));
}

async function apollo(operation, variables, times) {
  const { ApolloClient, InMemoryCache, gql } = require("@apollo/client");
  const asking = new ApolloClient({ link: apolloLink(), cache: new InMemoryCache() });
  const document = gql(operation);
  const isMutation = document.definitions[0].operation === "mutation";
  const ask = () =>
    isMutation
      ? asking.mutate({ mutation: document, variables: JSON.parse(variables) })
      : asking.query({
          query: document,
          variables: JSON.parse(variables),
          fetchPolicy: "no-cache",
          context: { queryDeduplication: false },
        });
  if (client === "apollo-batch") {
    for (const { data } of await Promise.all(Array.from({ length: times }, ask))) say(data);
  } else {
    for (let time = 0; time < times; time += 1) say((await ask()).data);
  }
}

async function urql(operation, variables, times) {
  const { Client, fetchExchange } = require("@urql/core");
  const asking = new Client({
    url,
    exchanges: [fetchExchange],
    fetch: watchedFetch,
    preferGetMethod: client === "urql-get",
    // Nobody can have a browser of somebody else send this.
    fetchOptions: { headers: { "apollo-require-preflight": "true" } },
  });
  const isMutation = operation.startsWith("mutation");
  for (let time = 0; time < times; time += 1) {
    const ask = isMutation ? asking.mutation : asking.query;
    const { data, error } = await ask.call(asking, operation, JSON.parse(variables), {
      requestPolicy: "network-only",
    });
    say(error ? { error: error.message } : data);
  }
}

async function relay(artifacts, queryName) {
  const runtime = require("relay-runtime");
  const module = await import(pathToFileURL(`${artifacts}/${queryName}.graphql.js`).href);
  // As Relay's documentation has it: a persisted query has an id and no text.
  const fetchQuery = async ({ id, text }, variables) => {
    const response = await watchedFetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ doc_id: id, query: text, variables }),
    });
    return response.json();
  };
  const environment = new runtime.Environment({
    store: new runtime.Store(new runtime.RecordSource()),
    network: runtime.Network.create(fetchQuery),
  });
  const query = module.default.default ?? module.default;
  say(await runtime.fetchQuery(environment, query, {}).toPromise());
}

const [operation, variables, times = "1"] = rest;
if (client === "relay") await relay(...rest);
else if (client.startsWith("urql")) await urql(operation, variables, Number(times));
else await apollo(operation, variables, Number(times));
say(sent);
process.exit(0);
