import { getRouteApi } from '@tanstack/react-router';
import { graphql, useLazyLoadQuery } from 'react-relay';
import type { ArtistPageQuery } from '../../__generated__/ArtistPageQuery.graphql';
import { ko } from '../../i18n/ko';
import { hueOf } from '../../ui/art';
import { Failure } from '../../ui/Failure';
import { hueStyle } from '../../ui/hue';
import { NotFound } from '../../ui/NotFound';
import { type Attempt, Page, usePageTitle } from '../../ui/Page';
import { Skeleton } from '../../ui/Skeleton';
import { CommentSection } from './CommentSection';
import { Discography } from './Discography';
import { Profile } from './Profile';

const route = getRouteApi('/artist/$slug');

/** Everything about one artist, asked for in one operation. */
export function ArtistPage() {
  const { slug } = route.useParams();
  return (
    // Another artist is another page, with its own attempts.
    <Page key={slug} skeleton={<ArtistSkeleton />}>
      {(attempt) => <Artist slug={slug} attempt={attempt} />}
    </Page>
  );
}

function Artist({ slug, attempt }: { slug: string; attempt: Attempt }) {
  const { artist } = useLazyLoadQuery<ArtistPageQuery>(
    graphql`
      query ArtistPageQuery($slug: String!) {
        # Caught, so that "there is none" and "could not be read" stay two things.
        artist(slug: $slug) @catch(to: RESULT) {
          id
          name
          ...Profile_artist
          ...Discography_artist
          ...CommentSection_artist
        }
      }
    `,
    { slug },
    attempt.options,
  );
  usePageTitle(artist.ok ? artist.value?.name : undefined);

  if (!artist.ok) return <Failure onRetry={attempt.retry} />;
  if (artist.value == null) return <NotFound hint={ko.notFound.artist} />;
  return (
    <article style={hueStyle(hueOf(artist.value.id))}>
      <Profile artist={artist.value} />
      <div className="mx-auto grid max-w-[90rem] gap-x-16 gap-y-20 px-5 pt-14 sm:px-8 lg:grid-cols-[minmax(0,1fr)_26rem]">
        <Discography artist={artist.value} />
        <CommentSection artist={artist.value} />
      </div>
    </article>
  );
}

function ArtistSkeleton() {
  return (
    <div className="mx-auto max-w-[90rem] px-5 sm:px-8">
      <Skeleton label={ko.app.loading} rows={1} className="h-80 sm:h-96" />
      <Skeleton label={ko.app.loading} rows={3} className="h-40" />
    </div>
  );
}
