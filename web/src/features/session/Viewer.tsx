import { Suspense } from 'react';
import { graphql, useLazyLoadQuery } from 'react-relay';
import type { ViewerQuery } from '../../__generated__/ViewerQuery.graphql';
import { ko } from '../../i18n/ko';
import { Boundary } from '../../ui/Boundary';
import { Button } from '../../ui/Button';
import { useSession } from './SessionProvider';

/** Who is signed in, with the way out; or the way in. */
export function Viewer() {
  const { session, requestSignIn, signOut } = useSession();
  if (session === null) {
    return (
      <Button look="quiet" onClick={() => requestSignIn({ reason: ko.session.lead })}>
        {ko.session.signIn}
      </Button>
    );
  }
  return (
    <div className="flex min-w-0 items-center gap-3">
      <span className="truncate font-semibold">
        <Boundary key={session.token} fallback={() => ko.session.me}>
          <Suspense>
            <Name />
          </Suspense>
        </Boundary>
      </span>
      <Button look="quiet" onClick={signOut}>
        {ko.session.signOut}
      </Button>
    </div>
  );
}

function Name() {
  const { me } = useLazyLoadQuery<ViewerQuery>(
    graphql`
      query ViewerQuery {
        me {
          displayName
        }
      }
    `,
    {},
  );
  // Null when accounts is down: the session still stands, only its name is unknown.
  return me?.displayName ?? ko.session.me;
}
