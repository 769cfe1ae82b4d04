import { Link } from '@tanstack/react-router';
import { graphql, useFragment } from 'react-relay';
import type { Profile_artist$key } from '../../__generated__/Profile_artist.graphql';
import { BareWing } from '../../ui/Art';

/** The head of an artist's page: their name in the largest letters, under their own wing. */
export function Profile(props: { artist: Profile_artist$key }) {
  const artist = useFragment(
    graphql`
      fragment Profile_artist on Artist {
        id
        name
        bio
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
    <header className="mx-auto max-w-[90rem] sm:px-4">
      <div className="stage relative isolate flex min-h-[30rem] flex-col justify-end overflow-hidden px-5 pt-66 pb-8 sm:rounded-[2.5rem] sm:px-10 md:min-h-[26rem] md:pt-24 md:pb-10 lg:min-h-[32rem] lg:px-14 lg:pb-14">
        <BareWing id={artist.id} className="stage-wing pointer-events-none absolute -z-10" />
        <div className="grid gap-6 md:max-w-[62%]">
          <h1 className="text-balance text-[clamp(2.75rem,8vw,7.5rem)] font-black leading-none tracking-[-0.055em]">
            {artist.name}
          </h1>
          {artist.bio === '' ? null : (
            <p className="max-w-[38rem] text-pretty text-lg">{artist.bio}</p>
          )}
          <ul className="flex flex-wrap gap-2 font-semibold">
            {artist.genres.map(({ slug, name }) => (
              <li key={slug}>
                <Link
                  to="/"
                  search={{ genre: slug }}
                  className="inline-flex min-h-11 items-center rounded-full px-4 ring-1 ring-current ring-inset hover:bg-white/15"
                >
                  {name}
                </Link>
              </li>
            ))}
            {artist.district == null ? null : (
              <li className="inline-flex min-h-11 items-center px-2">{artist.district}</li>
            )}
          </ul>
        </div>
      </div>
    </header>
  );
}
