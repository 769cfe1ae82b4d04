import { ko } from '../i18n/ko';
import { Button } from './Button';
import { FallenFeather } from './marks';
import { usePageTitle } from './Page';

/** The whole page could not be loaded. Says whose fault it looks like and offers to try again. */
export function Failure({ error, onRetry }: { error?: unknown; onRetry: () => void }) {
  usePageTitle(ko.failure.title);
  const offline = error instanceof Error && 'status' in error && error.status === null;
  return (
    <div
      role="alert"
      className="mx-auto grid max-w-xl justify-items-center gap-5 px-5 py-24 text-center"
    >
      <FallenFeather className="h-28" />
      <h1 className="font-extrabold text-3xl tracking-tight sm:text-4xl">{ko.failure.title}</h1>
      <p className="text-muted">{offline ? ko.failure.offline : ko.failure.server}</p>
      <Button onClick={onRetry}>{ko.failure.retry}</Button>
    </div>
  );
}
