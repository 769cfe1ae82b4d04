import { beforeEach, expect, test, vi } from 'vitest';
import { SessionStore } from './session';

const SESSION = { token: 'token-of-haru', expiresAt: '2030-01-01T00:00:00Z' };
const storage = window.sessionStorage;

beforeEach(() => storage.clear());

test('a session outlives a reload of the tab', () => {
  new SessionStore(storage).signIn(SESSION);

  const reloaded = new SessionStore(storage);

  expect(reloaded.state).toEqual({ session: SESSION, expired: false });
  expect(reloaded.token).toBe('token-of-haru');
});

test('signing out leaves nothing behind', () => {
  const store = new SessionStore(storage);
  store.signIn(SESSION);

  store.signOut();

  expect(store.token).toBeNull();
  expect(storage.length).toBe(0);
});

test('a refused token ends the session until that is acknowledged', () => {
  const store = new SessionStore(storage);
  store.signIn(SESSION);

  store.expire('token-of-haru');

  expect(store.state).toEqual({ session: null, expired: true });
  expect(storage.length).toBe(0);
  store.acknowledgeExpiry();
  expect(store.state).toEqual({ session: null, expired: false });
});

test('a late refusal of an earlier token leaves the new session alone', () => {
  const store = new SessionStore(storage);
  store.signIn(SESSION);

  store.expire('token-before');

  expect(store.state).toEqual({ session: SESSION, expired: false });
});

test('listeners hear of each change until they stop listening', () => {
  const store = new SessionStore(storage);
  const listener = vi.fn();
  const stop = store.subscribe(listener);

  store.signIn(SESSION);
  store.signOut();
  stop();
  store.signIn(SESSION);

  expect(listener).toHaveBeenCalledTimes(2);
});

test.each(['{', 'null', '{"token": 7, "expiresAt": ""}', '"text"'])(
  'what is not a session is no session: %s',
  (text) => {
    storage.setItem('wing.session', text);

    expect(new SessionStore(storage).token).toBeNull();
  },
);
