// Hive Gateway: `node hive.mjs SUPERGRAPH PORT [rust]`, with its own planner or the one in Rust.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createGatewayRuntime } from '@graphql-hive/gateway';
import { unifiedGraphHandler } from '@graphql-hive/router-runtime';

const [supergraph, port, planner] = process.argv.slice(2);
const gateway = createGatewayRuntime({
  supergraph: readFileSync(supergraph, 'utf-8'),
  logging: false,
  graphiql: false,
  landingPage: false,
  // Requests to subgraphs are shared otherwise; those of clients are not unless one asks for it.
  transportEntries: { '*.http': { options: { deduplicateInflightRequests: false } } },
  ...(planner === 'rust' && { unifiedGraphHandler }),
});
createServer(gateway).listen(Number(port), '127.0.0.1');
// Connections that are kept open would keep it alive.
process.on('SIGTERM', () => process.exit());
