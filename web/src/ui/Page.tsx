import { type ReactNode, Suspense, useEffect, useMemo, useState } from 'react';
import { ko } from '../i18n/ko';
import { Boundary } from './Boundary';
import { Failure } from './Failure';

/** One try at loading a page: what to pass to `useLazyLoadQuery`, and how to try again. */
export interface Attempt {
  readonly options: {
    readonly fetchKey: number;
    readonly fetchPolicy: 'store-or-network' | 'network-only';
  };
  readonly retry: () => void;
}

interface Props {
  readonly skeleton: ReactNode;
  readonly children: (attempt: Attempt) => ReactNode;
}

/** A page that loads: a skeleton while it does, a failure page with a retry when it cannot. */
export function Page({ skeleton, children }: Props) {
  const [count, setCount] = useState(0);
  const attempt = useMemo<Attempt>(
    () => ({
      options: {
        fetchKey: count,
        // A failed field is in the store as null; only the network can heal it.
        fetchPolicy: count === 0 ? 'store-or-network' : 'network-only',
      },
      retry: () => setCount(count + 1),
    }),
    [count],
  );
  return (
    <Boundary key={count} fallback={(error) => <Failure error={error} onRetry={attempt.retry} />}>
      <Suspense fallback={skeleton}>{children(attempt)}</Suspense>
    </Boundary>
  );
}

/** Names the page in the tab, the history and the ears of a screen reader. */
export function usePageTitle(page?: string): void {
  useEffect(() => {
    document.title = ko.app.title(page);
  }, [page]);
}
