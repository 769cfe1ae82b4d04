// Apollo Gateway: `node apollo.mjs SUPERGRAPH PORT`. It reports to nobody as long as no key is set,
// and its gateway shares nothing between requests.
import { readFileSync } from 'node:fs';
import { ApolloGateway } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';

const [supergraph, port] = process.argv.slice(2);
const server = new ApolloServer({
  gateway: new ApolloGateway({ supergraphSdl: readFileSync(supergraph, 'utf-8') }),
  includeStacktraceInErrorResponses: false,
});
await startStandaloneServer(server, { listen: { host: '127.0.0.1', port: Number(port) } });
