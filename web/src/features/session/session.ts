/** Who is signed in on this tab, kept outside React so that the network layer can read it. */

export interface Session {
  readonly token: string;
  readonly expiresAt: string;
}

export interface SessionState {
  readonly session: Session | null;
  /** True from the moment a token was refused until the person signs in or declines to. */
  readonly expired: boolean;
}

/** The token was refused, so a change the person asked for was not made. */
export class SessionExpired extends Error {
  constructor() {
    super('the session has expired');
    this.name = 'SessionExpired';
  }
}

const KEY = 'wing.session';
const SIGNED_OUT: SessionState = { session: null, expired: false };

/** Holds the session of one tab and tells its listeners when it changes. */
export class SessionStore {
  #state: SessionState;
  readonly #storage: Storage;
  readonly #listeners = new Set<() => void>();

  constructor(storage: Storage) {
    this.#storage = storage;
    const session = readSession(storage.getItem(KEY));
    this.#state = session === null ? SIGNED_OUT : { session, expired: false };
  }

  /** The present state; the same object until something changes. */
  get state(): SessionState {
    return this.#state;
  }

  /** The token to send with a request, or null. */
  get token(): string | null {
    return this.#state.session?.token ?? null;
  }

  /** Start a session and keep it for as long as the tab lives. */
  signIn(session: Session): void {
    this.#storage.setItem(KEY, JSON.stringify(session));
    this.#change({ session, expired: false });
  }

  /** End the session because the person asked to. */
  signOut(): void {
    this.#storage.removeItem(KEY);
    this.#change(SIGNED_OUT);
  }

  /** End the session because the server refused `token`; a newer session stays. */
  expire(token: string): void {
    if (this.token !== token) return;
    this.#storage.removeItem(KEY);
    this.#change({ session: null, expired: true });
  }

  /** The person has seen that the session expired and goes on without one. */
  acknowledgeExpiry(): void {
    if (this.#state.expired) this.#change(SIGNED_OUT);
  }

  /** Call `listener` after every change; the returned function stops that. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #change(state: SessionState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

function readSession(text: string | null): Session | null {
  if (text === null) return null;
  try {
    const { token, expiresAt } = JSON.parse(text) as Partial<Session>;
    return typeof token === 'string' && typeof expiresAt === 'string' ? { token, expiresAt } : null;
  } catch {
    return null; // Anything may write to sessionStorage; what is not ours is no session.
  }
}
