import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useMemo,
  useState,
  useSyncExternalStore,
} from 'react';
import { commitLocalUpdate, useRelayEnvironment } from 'react-relay';
import { ko } from '../../i18n/ko';
import { SignInDialog } from './SignInDialog';
import type { Session, SessionStore } from './session';

interface SignInRequest {
  /** Why the person is asked. */
  readonly reason: string;
  /** What to go on with once they are signed in. */
  readonly onSignedIn?: () => void;
}

interface SessionControl {
  readonly session: Session | null;
  readonly requestSignIn: (request: SignInRequest) => void;
  readonly signOut: () => void;
}

const SessionContext = createContext<SessionControl | null>(null);

/** Returns who is signed in, and the ways to change that. */
export function useSession(): SessionControl {
  const control = useContext(SessionContext);
  if (control === null) throw new Error('useSession needs a SessionProvider above it');
  return control;
}

/** Gives its children `useSession`, and shows the sign-in dialog whenever one is needed. */
export function SessionProvider({ store, children }: { store: SessionStore; children: ReactNode }) {
  const environment = useRelayEnvironment();
  const { session, expired } = useSyncExternalStore(store.subscribe, () => store.state);
  const [request, setRequest] = useState<SignInRequest | null>(null);

  const signOut = useCallback(() => {
    store.signOut();
    commitLocalUpdate(environment, (records) => records.getRoot().setValue(null, 'me'));
  }, [store, environment]);
  const control = useMemo(
    () => ({ session, requestSignIn: setRequest, signOut }),
    [session, signOut],
  );

  const dismiss = () => {
    setRequest(null);
    store.acknowledgeExpiry();
  };
  const succeed = (started: Session) => {
    store.signIn(started);
    setRequest(null);
    request?.onSignedIn?.();
  };

  return (
    <SessionContext value={control}>
      {children}
      {request !== null || expired ? (
        <SignInDialog
          reason={expired ? ko.session.expired : (request?.reason ?? ko.session.lead)}
          onDismiss={dismiss}
          onSignedIn={succeed}
        />
      ) : null}
    </SessionContext>
  );
}
