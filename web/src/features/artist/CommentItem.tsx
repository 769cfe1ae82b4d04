import { graphql, useFragment } from 'react-relay';
import type { CommentItem_comment$key } from '../../__generated__/CommentItem_comment.graphql';
import { formatAgo, formatMoment } from '../../i18n/format';
import { ko } from '../../i18n/ko';
import { WingArt } from '../../ui/Art';

/** What one fan said, and when. */
export function CommentItem(props: { comment: CommentItem_comment$key }) {
  const comment = useFragment(
    graphql`
      fragment CommentItem_comment on Comment {
        id
        body
        createdAt
        author {
          id
          displayName
        }
      }
    `,
    props.comment,
  );
  const { author } = comment;
  return (
    <li className="grid grid-cols-[2.5rem_minmax(0,1fr)] gap-x-3">
      <WingArt id={author?.id ?? comment.id} className="size-10 rounded-full" />
      <div>
        <p className="flex flex-wrap items-baseline gap-x-2">
          <span className="font-semibold">{author?.displayName ?? ko.comments.unknownAuthor}</span>
          <time
            dateTime={comment.createdAt}
            title={formatMoment(comment.createdAt)}
            className="text-muted text-sm"
          >
            {formatAgo(comment.createdAt, new Date())}
          </time>
        </p>
        <p className="whitespace-pre-line">{comment.body}</p>
      </div>
    </li>
  );
}
