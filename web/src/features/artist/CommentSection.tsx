import { useEffect, useRef } from 'react';
import { graphql, usePaginationFragment } from 'react-relay';
import type { CommentSection_artist$key } from '../../__generated__/CommentSection_artist.graphql';
import type { CommentSectionPageQuery } from '../../__generated__/CommentSectionPageQuery.graphql';
import { ko } from '../../i18n/ko';
import { LoadMore } from '../../ui/LoadMore';
import { CommentForm } from './CommentForm';
import { CommentItem } from './CommentItem';
import { CommentsUnavailable } from './CommentsUnavailable';

/** What fans say about an artist. When it cannot be read, only this part of the page says so. */
export function CommentSection(props: { artist: CommentSection_artist$key }) {
  const { data, hasNext, isLoadingNext, loadNext } = usePaginationFragment<
    CommentSectionPageQuery,
    CommentSection_artist$key
  >(
    graphql`
      fragment CommentSection_artist on Artist
      @argumentDefinitions(
        count: { type: "Int", defaultValue: 10 }
        cursor: { type: "String" }
      )
      @refetchable(queryName: "CommentSectionPageQuery") {
        id
        # Another service answers this; null means that it could not.
        comments(first: $count, after: $cursor) @connection(key: "CommentSection_comments") {
          __id
          totalCount
          edges {
            node {
              id
              ...CommentItem_comment
            }
          }
          pageInfo {
            endCursor
          }
        }
      }
    `,
    props.artist,
  );
  const { id, comments } = data;
  const heading = useFocusWhenHealed(comments == null);
  return (
    <section aria-labelledby="comments">
      <h2
        ref={heading}
        id="comments"
        tabIndex={-1}
        className="flex items-baseline gap-3 pb-6 font-extrabold text-2xl tracking-tight outline-none"
      >
        {ko.comments.title}
        {comments == null ? null : (
          <span className="font-semibold text-base text-muted tabular-nums">
            {comments.totalCount}
          </span>
        )}
      </h2>
      {comments == null ? (
        <CommentsUnavailable artistId={id} />
      ) : (
        <>
          <CommentForm artistId={id} connectionId={comments.__id} />
          {comments.edges.length === 0 ? (
            <p className="pt-8 text-muted">{ko.comments.none}</p>
          ) : (
            <ul className="grid gap-7 pt-9">
              {comments.edges.map(({ node }) => (
                <CommentItem key={node.id} comment={node} />
              ))}
            </ul>
          )}
          <LoadMore
            hasNext={hasNext}
            isLoading={isLoadingNext}
            cursor={comments.pageInfo.endCursor}
            onLoad={() => loadNext(10)}
          />
        </>
      )}
    </section>
  );
}

/** The retry button goes away when it worked; the focus it had moves to the heading. */
function useFocusWhenHealed(down: boolean) {
  const heading = useRef<HTMLHeadingElement>(null);
  const wasDown = useRef(down);
  useEffect(() => {
    if (wasDown.current && !down) heading.current?.focus();
    wasDown.current = down;
  }, [down]);
  return heading;
}
