import { graphql, useFragment } from 'react-relay';
import type { Release_album$key } from '../../__generated__/Release_album.graphql';
import { formatDate } from '../../i18n/format';
import { ko } from '../../i18n/ko';
import { CoverArt } from '../../ui/Art';
import { TrackRow } from './TrackRow';

/** An album, EP or single with its tracks. */
export function Release(props: { album: Release_album$key; artistId: string }) {
  const album = useFragment(
    graphql`
      fragment Release_album on Album {
        id
        title
        kind
        releasedOn
        tracks {
          id
          ...TrackRow_track
        }
      }
    `,
    props.album,
  );
  return (
    <article className="grid grid-cols-[5.5rem_minmax(0,1fr)] items-center gap-x-5 gap-y-4 sm:grid-cols-[12rem_minmax(0,1fr)] sm:grid-rows-[auto_1fr] sm:items-start sm:gap-x-8">
      <CoverArt
        id={album.id}
        artistId={props.artistId}
        className="w-full rounded-2xl sm:row-span-2 sm:rounded-3xl"
      />
      <header>
        <p className="text-muted">
          <span className="font-semibold text-accent">{ko.artist.kind[album.kind]}</span>
          <span aria-hidden="true"> · </span>
          <time dateTime={album.releasedOn}>{formatDate(album.releasedOn)}</time>
        </p>
        <h3 className="text-balance font-extrabold text-2xl tracking-tight sm:text-3xl">
          {album.title}
        </h3>
      </header>
      <ol
        aria-label={ko.artist.tracksOf(album.title)}
        className="col-span-2 border-line border-b sm:col-span-1 sm:col-start-2"
      >
        {album.tracks.map((track) => (
          <TrackRow key={track.id} track={track} artistId={props.artistId} />
        ))}
      </ol>
    </article>
  );
}
