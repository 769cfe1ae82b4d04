import { Link } from '@tanstack/react-router';
import { graphql, useFragment } from 'react-relay';
import type { ArtistRow_artist$key } from '../../__generated__/ArtistRow_artist.graphql';
import { WingArt } from '../../ui/Art';

/** One name of the line-up. The whole row is its link. */
export function ArtistRow(props: { artist: ArtistRow_artist$key }) {
  const artist = useFragment(
    graphql`
      fragment ArtistRow_artist on Artist {
        id
        slug
        name
        district
        genres {
          slug
          name
        }
      }
    `,
    props.artist,
  );
  return (
    <li>
      <Link
        to="/artist/$slug"
        params={{ slug: artist.slug }}
        className="line-up grid grid-cols-[5.5rem_minmax(0,1fr)] items-center gap-x-5 rounded-3xl xl:grid-cols-[9.5rem_minmax(0,1fr)] xl:gap-x-7"
      >
        <span className="line-up-art overflow-hidden rounded-3xl">
          <WingArt id={artist.id} className="block aspect-square w-full" />
        </span>
        <span className="grid gap-1">
          <span className="line-up-name text-balance text-[clamp(1.625rem,3.1vw,2.75rem)] font-extrabold leading-[1.1] tracking-[-0.04em]">
            {artist.name}
          </span>
          <span className="text-muted">
            {artist.genres.map(({ name }) => name).join(' · ')}
            {artist.district == null ? null : (
              <>
                <span aria-hidden="true" className="px-2">
                  /
                </span>
                {artist.district}
              </>
            )}
          </span>
        </span>
      </Link>
    </li>
  );
}
