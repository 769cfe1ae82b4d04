// Ask with the network layer of a real client and print what it knows after each part, as JSON.
//
// node defer.mjs apollo-2022|apollo-2023 <url> <operation>
// node defer.mjs relay <url> <folder of relay-compiler's artifacts> <query> <fragment>

import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(new URL("../../web/package.json", import.meta.url));
const [, , client, url, ...rest] = process.argv;

const say = (value) => console.log(JSON.stringify(value));

function apollo(handler, query) {
  const { ApolloClient, HttpLink, InMemoryCache, gql } = require("@apollo/client");
  const incremental = require("@apollo/client/incremental");
  const asking = new ApolloClient({
    cache: new InMemoryCache(),
    link: new HttpLink({ uri: url }),
    incrementalHandler: new incremental[handler](),
  });
  const query_ = asking.watchQuery({ query: gql(query), errorPolicy: "all" });
  const watching = query_.subscribe(({ data, dataState, error }) => {
    if (data === undefined) return;
    say({ data, dataState, ...(error ? { error: error.message } : {}) });
    if (dataState === "complete") watching.unsubscribe();
  });
}

async function relay(artifacts, queryName, fragmentName) {
  const runtime = require("relay-runtime");
  const { meros } = require("meros/browser");
  const artifact = async (name) => {
    const module = await import(pathToFileURL(`${artifacts}/${name}.graphql.js`).href);
    return module.default.default ?? module.default;
  };

  // As Relay's documentation has it: a fragment's payload says where it belongs.
  const fetchParts = async (params, variables, sink) => {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "multipart/mixed;deferSpec=20220824, application/json",
      },
      body: JSON.stringify({ query: params.text, variables }),
    });
    const parts = await meros(response);
    for await (const { body } of parts) {
      const { incremental = [], hasNext, ...first } = body;
      if ("data" in first) sink.next({ ...first, extensions: { is_final: !hasNext } });
      for (const [index, payload] of incremental.entries()) {
        const is_final = !hasNext && index === incremental.length - 1;
        sink.next({ ...payload, extensions: { is_final } });
      }
    }
    sink.complete();
  };

  const environment = new runtime.Environment({
    store: new runtime.Store(new runtime.RecordSource()),
    network: runtime.Network.create((params, variables) =>
      runtime.Observable.create((sink) => {
        fetchParts(params, variables, sink).catch((error) => sink.error(error));
      }),
    ),
  });
  const query = await artifact(queryName);
  const fragment = await artifact(fragmentName);
  runtime.fetchQuery(environment, query, {}).subscribe({
    next: ({ book }) => {
      const selector = runtime.getSingularSelector(fragment, book);
      const { data, isMissingData } = environment.lookup(selector);
      say({ title: book.title, ...data, isMissingData });
    },
    error: (error) => {
      throw error;
    },
  });
}

const clients = {
  "apollo-2022": () => apollo("Defer20220824Handler", rest[0]),
  "apollo-2023": () => apollo("GraphQL17Alpha9Handler", rest[0]),
  relay: () => relay(...rest),
};
await clients[client]();
