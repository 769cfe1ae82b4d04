import { Link } from '@tanstack/react-router';
import { graphql, useFragment } from 'react-relay';
import type { GenreFilter_genres$key } from '../../__generated__/GenreFilter_genres.graphql';
import { ko } from '../../i18n/ko';

/** Links that narrow the line-up to one genre; each has an address of its own. */
export function GenreFilter(props: { genres: GenreFilter_genres$key; chosen: string | null }) {
  const genres = useFragment(
    graphql`
      fragment GenreFilter_genres on Genre @relay(plural: true) {
        slug
        name
      }
    `,
    props.genres,
  );
  return (
    <nav aria-label={ko.home.genres}>
      <ul className="flex flex-wrap gap-2">
        <Chip name={ko.home.allGenres} chosen={props.chosen === null} />
        {genres.map(({ slug, name }) => (
          <Chip key={slug} slug={slug} name={name} chosen={slug === props.chosen} />
        ))}
      </ul>
    </nav>
  );
}

function Chip({ slug, name, chosen }: { slug?: string; name: string; chosen: boolean }) {
  const look = chosen
    ? 'bg-accent-solid text-on-accent'
    : 'ring-1 ring-line-strong ring-inset hover:bg-wash';
  return (
    <li>
      <Link
        to="/"
        search={slug === undefined ? {} : { genre: slug }}
        resetScroll={false}
        aria-current={chosen ? 'true' : undefined}
        className={`inline-flex min-h-11 items-center rounded-full px-4 font-semibold ${look}`}
      >
        {name}
      </Link>
    </li>
  );
}
