import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router';
import type { GraphQLTaggedNode } from 'relay-runtime';
import { type Environment, fetchQuery, type OperationType } from 'relay-runtime';
import ArtistPageQuery from '../__generated__/ArtistPageQuery.graphql';
import HomePageQuery from '../__generated__/HomePageQuery.graphql';
import { ko } from '../i18n/ko';
import { NotFound } from '../ui/NotFound';
import { Shell } from './Shell';

interface Context {
  readonly environment: Environment;
}

const root = createRootRouteWithContext<Context>()({
  component: Shell,
  notFoundComponent: () => <NotFound hint={ko.notFound.page} />,
});

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  validateSearch: (search): { genre?: string } =>
    typeof search.genre === 'string' ? { genre: search.genre } : {},
  loaderDeps: ({ search }) => ({ genre: search.genre ?? null }),
  loader: ({ context, deps }) => warm(context.environment, HomePageQuery, deps),
  component: lazyRouteComponent(() => import('../features/home/HomePage'), 'HomePage'),
});

const artist = createRoute({
  getParentRoute: () => root,
  path: '/artist/$slug',
  // Addresses typed or pasted on macOS may hold Hangul as single letters; slugs are composed.
  params: { parse: ({ slug }) => ({ slug: slug.normalize('NFC') }) },
  loader: ({ context, params }) => warm(context.environment, ArtistPageQuery, params),
  component: lazyRouteComponent(() => import('../features/artist/ArtistPage'), 'ArtistPage'),
});

/** Starts the operation of a page while its code is still on its way; the page joins it. */
function warm(
  environment: Environment,
  query: GraphQLTaggedNode,
  variables: OperationType['variables'],
): void {
  // A failure is the page's to show; it meets the same one when it asks.
  const quiet = { error: () => undefined };
  fetchQuery(environment, query, variables, { fetchPolicy: 'store-or-network' }).subscribe(quiet);
}

/** Returns the router of the app, which reads through `environment`. */
export function createAppRouter(environment: Environment) {
  return createRouter({
    routeTree: root.addChildren([home, artist]),
    context: { environment },
    defaultPreload: 'intent',
    scrollRestoration: true,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
