import { type AnyRouter, RouterProvider } from '@tanstack/react-router';
import { RelayEnvironmentProvider } from 'react-relay';
import type { Environment } from 'relay-runtime';
import { SessionProvider } from '../features/session/SessionProvider';
import type { SessionStore } from '../features/session/session';

interface Props {
  readonly environment: Environment;
  readonly router: AnyRouter;
  readonly session: SessionStore;
}

/** The whole app around its parts, which whoever starts it makes. */
export function App({ environment, router, session }: Props) {
  return (
    <RelayEnvironmentProvider environment={environment}>
      <SessionProvider store={session}>
        <RouterProvider router={router} />
      </SessionProvider>
    </RelayEnvironmentProvider>
  );
}
