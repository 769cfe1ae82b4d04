import { graphql, usePaginationFragment } from 'react-relay';
import type { Discography_artist$key } from '../../__generated__/Discography_artist.graphql';
import type { DiscographyPageQuery } from '../../__generated__/DiscographyPageQuery.graphql';
import { ko } from '../../i18n/ko';
import { LoadMore } from '../../ui/LoadMore';
import { Release } from './Release';

/** All releases of an artist, newest first. */
export function Discography(props: { artist: Discography_artist$key }) {
  const { data, hasNext, isLoadingNext, loadNext } = usePaginationFragment<
    DiscographyPageQuery,
    Discography_artist$key
  >(
    graphql`
      fragment Discography_artist on Artist
      @argumentDefinitions(
        count: { type: "Int", defaultValue: 10 }
        cursor: { type: "String" }
      )
      @refetchable(queryName: "DiscographyPageQuery") {
        id
        albums(first: $count, after: $cursor) @connection(key: "Discography_albums") {
          edges {
            node {
              id
              ...Release_album
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
  const { edges, pageInfo } = data.albums;
  return (
    <section aria-labelledby="discography">
      <h2 id="discography" className="pb-6 font-extrabold text-2xl tracking-tight">
        {ko.artist.discography}
      </h2>
      {edges.length === 0 ? <p className="text-muted">{ko.artist.noAlbums}</p> : null}
      <div className="grid gap-14">
        {edges.map(({ node }) => (
          <Release key={node.id} album={node} artistId={data.id} />
        ))}
      </div>
      <LoadMore
        hasNext={hasNext}
        isLoading={isLoadingNext}
        cursor={pageInfo.endCursor}
        onLoad={() => loadNext(10)}
      >
        {ko.artist.moreAlbums}
      </LoadMore>
    </section>
  );
}
