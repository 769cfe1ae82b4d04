import type { ReactNode } from 'react';
import { graphql, usePaginationFragment } from 'react-relay';
import type { ArtistList_query$key } from '../../__generated__/ArtistList_query.graphql';
import type { ArtistListPageQuery } from '../../__generated__/ArtistListPageQuery.graphql';
import { ko } from '../../i18n/ko';
import { LoadMore } from '../../ui/LoadMore';
import { Skeleton } from '../../ui/Skeleton';
import { ArtistRow } from './ArtistRow';

/** Everybody who plays here, as the line-up on a festival's poster. */
export function ArtistList(props: { query: ArtistList_query$key; filter: ReactNode }) {
  const { data, hasNext, isLoadingNext, loadNext } = usePaginationFragment<
    ArtistListPageQuery,
    ArtistList_query$key
  >(
    graphql`
      fragment ArtistList_query on Query
      @argumentDefinitions(
        genre: { type: "String" }
        count: { type: "Int", defaultValue: 16 }
        cursor: { type: "String" }
      )
      @refetchable(queryName: "ArtistListPageQuery") {
        artists(first: $count, after: $cursor, genre: $genre)
          @connection(key: "ArtistList_artists") {
          totalCount
          edges {
            node {
              id
              ...ArtistRow_artist
            }
          }
          pageInfo {
            endCursor
          }
        }
      }
    `,
    props.query,
  );
  const { edges, totalCount, pageInfo } = data.artists;
  return (
    <section aria-labelledby="artists" className="mx-auto max-w-[90rem] px-5 sm:px-8">
      <header className="grid gap-5 pb-9">
        <h2
          id="artists"
          className="flex items-baseline gap-3 font-extrabold text-2xl tracking-tight"
        >
          {ko.home.artists}
          <span className="font-semibold text-base text-muted">{ko.home.count(totalCount)}</span>
        </h2>
        {props.filter}
      </header>
      {edges.length === 0 ? (
        <p className="py-16 text-muted">{ko.home.none}</p>
      ) : (
        <ul
          aria-label={ko.home.artists}
          className="grid gap-x-10 gap-y-7 md:grid-cols-2 xl:gap-y-10"
        >
          {edges.map(({ node }) => (
            <ArtistRow key={node.id} artist={node} />
          ))}
        </ul>
      )}
      <LoadMore
        hasNext={hasNext}
        isLoading={isLoadingNext}
        cursor={pageInfo.endCursor}
        onLoad={() => loadNext(16)}
      />
    </section>
  );
}

/** Holds the place of the list while it loads. */
export function ArtistListSkeleton() {
  return (
    <div className="mx-auto max-w-[90rem] px-5 sm:px-8">
      <Skeleton label={ko.app.loading} rows={8} className="h-22 xl:h-38" />
    </div>
  );
}
