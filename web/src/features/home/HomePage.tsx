import { getRouteApi } from '@tanstack/react-router';
import { graphql, useLazyLoadQuery } from 'react-relay';
import type { HomePageQuery } from '../../__generated__/HomePageQuery.graphql';
import { type Attempt, Page, usePageTitle } from '../../ui/Page';
import { ArtistList, ArtistListSkeleton } from './ArtistList';
import { GenreFilter } from './GenreFilter';
import { Hero } from './Hero';

const route = getRouteApi('/');

/** The front page: what this place is, and who plays here. */
export function HomePage() {
  const { genre } = route.useSearch();
  return (
    <Page skeleton={<HomeSkeleton />}>
      {(attempt) => <LineUp genre={genre ?? null} attempt={attempt} />}
    </Page>
  );
}

function LineUp({ genre, attempt }: { genre: string | null; attempt: Attempt }) {
  usePageTitle();
  const data = useLazyLoadQuery<HomePageQuery>(
    graphql`
      query HomePageQuery($genre: String) {
        genres {
          ...GenreFilter_genres
        }
        ...ArtistList_query @arguments(genre: $genre)
      }
    `,
    { genre },
    attempt.options,
  );
  return (
    <>
      <Hero />
      <ArtistList
        // Another genre is another list, with its own place.
        key={genre}
        query={data}
        filter={<GenreFilter genres={data.genres} chosen={genre} />}
      />
    </>
  );
}

function HomeSkeleton() {
  return (
    <>
      <Hero />
      <ArtistListSkeleton />
    </>
  );
}
