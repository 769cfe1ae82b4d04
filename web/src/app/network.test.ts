import type { FetchFunction, RequestParameters, Variables } from 'relay-runtime';
import { beforeEach, expect, test, vi } from 'vitest';
import { SessionExpired, SessionStore } from '../features/session/session';
import { createFetch, RequestFailure } from './network';

const SESSION = { token: 'old-token', expiresAt: '2030-01-01T00:00:00Z' };
const send = vi.fn<typeof fetch>();
let session: SessionStore;

beforeEach(() => {
  window.sessionStorage.clear();
  session = new SessionStore(window.sessionStorage);
  send.mockReset();
});

function run(operationKind: 'query' | 'mutation' = 'query', variables: Variables = {}) {
  const operation = { name: 'Some', text: 'query Some { me }', operationKind } as RequestParameters;
  const ask: FetchFunction = createFetch('/graphql', session, send);
  return ask(operation, variables, {}, null) as Promise<unknown>;
}

function answer(status: number, body: unknown) {
  send.mockResolvedValueOnce(new Response(JSON.stringify(body), { status }));
}

function sentToken(call: number): string | null {
  return new Headers(send.mock.calls[call]?.[1]?.headers).get('authorization');
}

test('an operation is sent by its name, text and variables', async () => {
  answer(200, { data: { me: null } });

  await run('query', { slug: '달빛공장' });

  expect(send).toHaveBeenCalledOnce();
  expect(send.mock.calls[0]?.[0]).toBe('/graphql');
  expect(JSON.parse(String(send.mock.calls[0]?.[1]?.body))).toEqual({
    query: 'query Some { me }',
    operationName: 'Some',
    variables: { slug: '달빛공장' },
  });
  expect(sentToken(0)).toBeNull();
});

test('data with errors passes whole, so that the page can show what is there', async () => {
  const partial = {
    data: { artist: { name: '달빛공장', comments: null } },
    errors: [{ message: 'community is unreachable', path: ['artist', 'comments'] }],
  };
  answer(200, partial);

  expect(await run()).toEqual(partial);
});

test('an answer without data is a failure that says why', async () => {
  answer(400, {
    errors: [{ message: 'unknown field `nam`' }, { message: 'did you mean `name`?' }],
  });

  await expect(run()).rejects.toMatchObject({
    name: 'RequestFailure',
    message: 'unknown field `nam`; did you mean `name`?',
    status: 400,
  });
});

test('an answer that is not JSON is a failure with its status', async () => {
  send.mockResolvedValueOnce(new Response('<h1>Bad Gateway</h1>', { status: 502 }));

  await expect(run()).rejects.toMatchObject({ name: 'RequestFailure', status: 502 });
});

test('no answer at all is a failure without a status', async () => {
  send.mockRejectedValueOnce(new TypeError('Failed to fetch'));

  const failure = await run().catch((error: unknown) => error);

  expect(failure).toBeInstanceOf(RequestFailure);
  expect(failure).toMatchObject({ status: null });
});

test('a query with a refused token is asked again without it and ends the session', async () => {
  session.signIn(SESSION);
  answer(401, { errors: [{ message: 'token expired' }] });
  answer(200, { data: { me: null } });

  expect(await run()).toEqual({ data: { me: null } });
  expect([sentToken(0), sentToken(1)]).toEqual(['Bearer old-token', null]);
  expect(session.state).toEqual({ session: null, expired: true });
});

test('a mutation with a refused token is not made as nobody', async () => {
  session.signIn(SESSION);
  answer(401, { errors: [{ message: 'token expired' }] });

  await expect(run('mutation')).rejects.toBeInstanceOf(SessionExpired);
  expect(send).toHaveBeenCalledOnce();
  expect(session.state).toEqual({ session: null, expired: true });
});

test('a 401 for somebody who sent no token is a failure like any other', async () => {
  answer(401, { errors: [{ message: 'sign in first' }] });

  await expect(run()).rejects.toMatchObject({ name: 'RequestFailure', status: 401 });
  expect(send).toHaveBeenCalledOnce();
  expect(session.state.expired).toBe(false);
});
