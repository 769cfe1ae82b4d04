import { DefaultHandlerProvider, Environment, Network, RecordSource, Store } from 'relay-runtime';
import type { SessionStore } from '../features/session/session';
import { keepingConnectionHandler } from './connection';
import { createFetch } from './network';

// Going back to a page within this time shows it at once; later it is asked for again.
const FRESH_MS = 60_000;

/** Returns the Relay environment of one tab. */
export function createEnvironment(session: SessionStore, send?: typeof fetch): Environment {
  return new Environment({
    network: Network.create(createFetch('/graphql', session, send)),
    store: new Store(new RecordSource(), { queryCacheExpirationTime: FRESH_MS }),
    handlerProvider: (name) =>
      name === 'connection' ? keepingConnectionHandler : DefaultHandlerProvider(name),
  });
}
