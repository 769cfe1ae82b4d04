/** How operations reach the router, and what counts as a failure. */

import type { FetchFunction, GraphQLResponse, RequestParameters, Variables } from 'relay-runtime';
import { SessionExpired, type SessionStore } from '../features/session/session';

const DEADLINE_MS = 20_000;

interface Answer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: unknown }[];
}

/** No usable answer came back: the router is out of reach, or it refused the whole operation. */
export class RequestFailure extends Error {
  readonly status: number | null;

  constructor(message: string, status: number | null, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RequestFailure';
    this.status = status;
  }
}

/**
 * Returns Relay's fetch function for the router at `url`.
 *
 * An answer with data passes whole, errors included: Relay keeps each error at the field of its
 * path, where `@catch` finds it. Only an answer without data is a failure.
 */
export function createFetch(
  url: string,
  session: SessionStore,
  send: typeof fetch = fetch,
): FetchFunction {
  return async (operation, variables): Promise<GraphQLResponse> => {
    const { token } = session;
    const response = await post(send, url, operation, variables, token);
    if (response.status !== 401 || token === null) return readAnswer(response);

    session.expire(token);
    // What anybody may read is read again without a token; a change is not made as nobody.
    if (operation.operationKind !== 'query') throw new SessionExpired();
    return readAnswer(await post(send, url, operation, variables, null));
  };
}

async function post(
  send: typeof fetch,
  url: string,
  operation: RequestParameters,
  variables: Variables,
  token: string | null,
): Promise<Response> {
  const headers = new Headers({
    accept: 'application/graphql-response+json, application/json;q=0.9',
    'content-type': 'application/json',
  });
  if (token !== null) headers.set('authorization', `Bearer ${token}`);
  const body = JSON.stringify({
    query: operation.text,
    operationName: operation.name,
    variables,
  });
  try {
    const signal = AbortSignal.timeout(DEADLINE_MS);
    return await send(url, { method: 'POST', headers, body, signal });
  } catch (error) {
    throw new RequestFailure('the router is out of reach', null, { cause: error });
  }
}

async function readAnswer(response: Response): Promise<GraphQLResponse> {
  let answer: Answer;
  try {
    answer = (await response.json()) as Answer;
  } catch (error) {
    throw new RequestFailure('the answer is not GraphQL', response.status, { cause: error });
  }
  if (answer.data == null) {
    const messages = answer.errors?.map((error) => error.message).join('; ');
    throw new RequestFailure(messages || 'the answer has no data', response.status);
  }
  return answer as GraphQLResponse;
}
