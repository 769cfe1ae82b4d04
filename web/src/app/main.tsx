import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { RelayEnvironmentProvider } from 'react-relay';
import { SessionProvider } from '../features/session/SessionProvider';
import { SessionStore } from '../features/session/session';
import { createEnvironment } from './environment';
import { createAppRouter } from './router';
import './styles.css';

// The letters may come a moment later; until then the system's own stand in.
void import('pretendard/dist/web/variable/pretendardvariable-dynamic-subset.css');

const session = new SessionStore(window.sessionStorage);
const environment = createEnvironment(session);
const router = createAppRouter(environment);

const root = document.getElementById('app');
if (root === null) throw new Error('index.html has no #app');

createRoot(root).render(
  <StrictMode>
    <RelayEnvironmentProvider environment={environment}>
      <SessionProvider store={session}>
        <RouterProvider router={router} />
      </SessionProvider>
    </RelayEnvironmentProvider>
  </StrictMode>,
);
