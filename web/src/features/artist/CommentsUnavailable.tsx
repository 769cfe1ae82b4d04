import { useState } from 'react';
import { fetchQuery, useRelayEnvironment } from 'react-relay';
import pageQuery, {
  type CommentSectionPageQuery,
} from '../../__generated__/CommentSectionPageQuery.graphql';
import { ko } from '../../i18n/ko';
import { Button } from '../../ui/Button';

/** The quiet box in place of comments. Asks again for them alone; the section shows what comes. */
export function CommentsUnavailable({ artistId }: { artistId: string }) {
  const environment = useRelayEnvironment();
  const [busy, setBusy] = useState(false);

  const retry = () => {
    setBusy(true);
    // The operation of a further page, from the start: without a cursor it fills the list anew.
    fetchQuery<CommentSectionPageQuery>(environment, pageQuery, { id: artistId }).subscribe({
      complete: () => setBusy(false),
      error: () => setBusy(false),
    });
  };

  return (
    <div className="grid justify-items-start gap-4 rounded-3xl bg-wash p-6">
      <p role="status">
        <strong className="block">{ko.comments.unavailable}</strong>
        <span className="text-muted">{ko.comments.unavailableHint}</span>
      </p>
      <Button look="quiet" busy={busy} onClick={retry}>
        {busy ? ko.failure.retrying : ko.failure.retry}
      </Button>
    </div>
  );
}
