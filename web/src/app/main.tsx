import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { SessionStore } from '../features/session/session';
import { App } from './App';
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
    <App environment={environment} router={router} session={session} />
  </StrictMode>,
);
