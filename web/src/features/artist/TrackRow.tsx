import { Link } from '@tanstack/react-router';
import { graphql, useFragment } from 'react-relay';
import type { TrackRow_track$key } from '../../__generated__/TrackRow_track.graphql';
import { formatDuration, speakDuration } from '../../i18n/format';

/** One track of a release, with the artists who play along. */
export function TrackRow(props: { track: TrackRow_track$key; artistId: string }) {
  const track = useFragment(
    graphql`
      fragment TrackRow_track on Track {
        number
        title
        durationMs
        artists {
          id
          slug
          name
        }
      }
    `,
    props.track,
  );
  const guests = track.artists.filter(({ id }) => id !== props.artistId);
  return (
    <li className="grid min-h-12 grid-cols-[1.75rem_minmax(0,1fr)_auto] items-baseline gap-x-2 border-line border-t py-2.5">
      <span className="text-muted tabular-nums">{track.number}</span>
      <span>
        {track.title}
        {guests.length === 0 ? null : (
          <span className="text-muted">
            {' with '}
            {guests.map(({ id, slug, name }, at) => (
              <span key={id}>
                {at === 0 ? null : ', '}
                <Link
                  to="/artist/$slug"
                  params={{ slug }}
                  className="underline underline-offset-4 hover:text-ink"
                >
                  {name}
                </Link>
              </span>
            ))}
          </span>
        )}
      </span>
      <span className="text-muted tabular-nums">
        <span aria-hidden="true">{formatDuration(track.durationMs)}</span>
        <span className="sr-only">{speakDuration(track.durationMs)}</span>
      </span>
    </li>
  );
}
