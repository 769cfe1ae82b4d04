/** The pages against a router that answers as each test says. */

import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SessionStore } from '../features/session/session';
import { App } from './App';
import { createEnvironment } from './environment';
import { createAppRouter } from './router';

interface Asked {
  readonly operationName: string;
  readonly variables: Record<string, unknown>;
  readonly token: string | null;
}

/** What the router says to an operation of this name. */
type Answer = readonly [operation: string, say: (asked: Asked) => unknown];

const asked: Asked[] = [];

beforeEach(() => {
  asked.length = 0;
  window.sessionStorage.clear();
});
afterEach(cleanup);

test('the artist page is one operation and shows profile, tracks and comments', async () => {
  open('/artist/달빛공장', ['ArtistPageQuery', () => ({ data: { artist: artist() } })]);

  await screen.findByRole('heading', { level: 1, name: '달빛공장' });
  const tracks = screen.getByRole('list', { name: '밤의 공장 수록곡' });
  expect(within(tracks).getByText('첫차')).toBeTruthy();
  expect(within(tracks).getByRole('link', { name: 'Low Tide Radio' }).getAttribute('href')).toBe(
    '/artist/low-tide-radio',
  );
  expect(commentTexts()).toEqual(['c1', 'c2']);
  expect(names()).toEqual(['ArtistPageQuery']);
  expect(asked[0]?.variables).toEqual({ slug: '달빛공장' });
  expect(document.title).toBe('달빛공장 · Win:G');
});

test('without comments the rest stands, and a retry brings them alone', async () => {
  let up = false;
  open(
    '/artist/달빛공장',
    [
      'ArtistPageQuery',
      () => ({
        data: { artist: artist({ comments: null }) },
        errors: [{ message: 'community is unreachable', path: ['artist', 'comments'] }],
      }),
    ],
    [
      'CommentSectionPageQuery',
      () =>
        up
          ? { data: { node: { __typename: 'Artist', id: 'artist-1', comments: comments(['c1']) } } }
          : {
              data: { node: { __typename: 'Artist', id: 'artist-1', comments: null } },
              errors: [{ message: 'community is unreachable', path: ['node', 'comments'] }],
            },
    ],
  );
  await screen.findByText('지금은 댓글을 불러올 수 없어요.');
  expect(screen.getByText('첫차')).toBeTruthy();

  fireEvent.click(screen.getByRole('button', { name: '다시 시도' }));
  await waitFor(() => expect(names()).toHaveLength(2));
  await screen.findByRole('button', { name: '다시 시도' });
  expect(screen.getByText('지금은 댓글을 불러올 수 없어요.')).toBeTruthy();

  up = true;
  fireEvent.click(screen.getByRole('button', { name: '다시 시도' }));
  await waitFor(() => expect(commentTexts()).toEqual(['c1']));
  expect(names()).toEqual([
    'ArtistPageQuery',
    'CommentSectionPageQuery',
    'CommentSectionPageQuery',
  ]);
  await waitFor(() => expect(document.activeElement?.id).toBe('comments'));
});

test('an artist that is not there is a page that says so', async () => {
  open('/artist/nobody', ['ArtistPageQuery', () => ({ data: { artist: null } })]);

  await screen.findByText('그런 이름의 아티스트를 찾지 못했어요.');
});

test('an artist that could not be read is a failure, and a retry heals it', async () => {
  let up = false;
  open('/artist/달빛공장', [
    'ArtistPageQuery',
    () =>
      up
        ? { data: { artist: artist() } }
        : { data: { artist: null }, errors: [{ message: 'music is down', path: ['artist'] }] },
  ]);
  await screen.findByText('페이지를 불러오지 못했어요');

  up = true;
  fireEvent.click(screen.getByRole('button', { name: '다시 시도' }));

  await screen.findByRole('heading', { level: 1, name: '달빛공장' });
});

test('a further page of comments goes below, and one that fails takes none away', async () => {
  let up = false;
  open(
    '/artist/달빛공장',
    [
      'ArtistPageQuery',
      () => ({
        data: { artist: artist({ comments: comments(['c1', 'c2'], { hasNext: true }) }) },
      }),
    ],
    [
      'CommentSectionPageQuery',
      () =>
        up
          ? { data: { node: { __typename: 'Artist', id: 'artist-1', comments: comments(['c3']) } } }
          : {
              data: { node: { __typename: 'Artist', id: 'artist-1', comments: null } },
              errors: [{ message: 'community is unreachable', path: ['node', 'comments'] }],
            },
    ],
  );
  fireEvent.click(await screen.findByRole('button', { name: '더 보기' }));
  await screen.findByText('더 불러오지 못했어요.');
  expect(commentTexts()).toEqual(['c1', 'c2']);

  up = true;
  fireEvent.click(screen.getByRole('button', { name: '더 보기' }));
  await waitFor(() => expect(commentTexts()).toEqual(['c1', 'c2', 'c3']));
  expect(asked.at(-1)?.variables).toEqual({ id: 'artist-1', count: 10, cursor: 'cursor-c2' });
  expect(screen.queryByRole('button', { name: '더 보기' })).toBeNull();
});

test('who is not signed in signs in, and the comment is posted on top with their token', async () => {
  open(
    '/artist/달빛공장',
    ['ArtistPageQuery', () => ({ data: { artist: artist() } })],
    ['SignInDialogMutation', ({ variables }) => ({ data: { signIn: signIn(variables) } })],
    [
      'postCommentMutation',
      ({ variables }) => ({
        data: {
          createComment: {
            __typename: 'CreateCommentSuccess',
            commentEdge: edge((variables.input as { body: string }).body),
          },
        },
      }),
    ],
  );
  fireEvent.change(await screen.findByLabelText('댓글 쓰기'), { target: { value: '  최고!  ' } });
  fireEvent.click(screen.getByRole('button', { name: '댓글 남기기' }));
  const dialog = await screen.findByRole('dialog');

  fill(dialog, 'haru@wing.test', 'wrong');
  await within(dialog).findByText('이메일이나 비밀번호가 맞지 않아요.');
  expect(names()).not.toContain('postCommentMutation');

  fill(dialog, 'haru@wing.test', 'right');
  await waitFor(() => expect(commentTexts()).toEqual(['최고!', 'c1', 'c2']));
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(screen.getByText('하루')).toBeTruthy();
  expect(screen.getByRole('heading', { level: 2, name: '댓글 3' })).toBeTruthy();
  expect(asked.at(-1)).toEqual({
    operationName: 'postCommentMutation',
    variables: { input: { artistId: 'artist-1', body: '최고!' } },
    token: 'Bearer token-of-haru',
  });
});

test('what the server refuses in a comment is said at the field', async () => {
  new SessionStore(window.sessionStorage).signIn({ token: 't', expiresAt: '2030-01-01T00:00:00Z' });
  open(
    '/artist/달빛공장',
    ['ViewerQuery', () => ({ data: { me: { id: 'user-1', displayName: '하루' } } })],
    ['ArtistPageQuery', () => ({ data: { artist: artist() } })],
    [
      'postCommentMutation',
      () => ({
        data: { createComment: { __typename: 'InvalidComment', field: 'body' } },
      }),
    ],
  );
  const field = await screen.findByLabelText('댓글 쓰기');
  fireEvent.change(field, { target: { value: '나쁜 말' } });
  fireEvent.click(screen.getByRole('button', { name: '댓글 남기기' }));

  const problem = await screen.findByText(/이 내용으로는 댓글을 올릴 수 없어요/);
  expect(field.getAttribute('aria-describedby')).toBe(problem.id);
  expect(field.getAttribute('aria-invalid')).toBe('true');
  expect(commentTexts()).toEqual(['c1', 'c2']);
});

test('the home page lists artists and goes on where it ended', async () => {
  const row = (name: string) => ({
    cursor: `cursor-${name}`,
    node: { __typename: 'Artist', id: name, slug: name, name, district: '마포구', genres: [] },
  });
  const list = (list: string[], hasNextPage: boolean) => ({
    totalCount: 3,
    edges: list.map(row),
    pageInfo: { endCursor: `cursor-${list.at(-1)}`, hasNextPage },
  });
  open(
    '/',
    ['HomePageQuery', () => ({ data: { genres: [], artists: list(['가', '나'], true) } })],
    ['ArtistListPageQuery', () => ({ data: { artists: list(['다'], false) } })],
  );
  fireEvent.click(await screen.findByRole('button', { name: '더 보기' }));

  const artists = screen.getByRole('list', { name: '아티스트' });
  await waitFor(() => expect(within(artists).getAllByRole('listitem')).toHaveLength(3));
  expect(asked.at(-1)?.variables).toEqual({ genre: null, count: 16, cursor: 'cursor-나' });
  expect(within(artists).getByRole('link', { name: /다/ }).getAttribute('href')).toBe(
    `/artist/${encodeURI('다')}`,
  );
});

function open(path: string, ...answers: Answer[]): void {
  const known = new Map(answers);
  window.history.replaceState(null, '', path);
  const send: typeof fetch = async (_, init) => {
    const { operationName, variables } = JSON.parse(String(init?.body));
    const question = {
      operationName,
      variables,
      token: new Headers(init?.headers).get('authorization'),
    };
    asked.push(question);
    const say = known.get(operationName);
    if (say === undefined) throw new Error(`nobody answers ${operationName}`);
    return Response.json(say(question));
  };
  const session = new SessionStore(window.sessionStorage);
  const environment = createEnvironment(session, send);
  const router = createAppRouter(environment);
  render(<App environment={environment} router={router} session={session} />);
}

function names(): string[] {
  return asked.map(({ operationName }) => operationName);
}

function commentTexts(): string[] {
  const section = screen.getByRole('region', { name: /댓글/ });
  return within(section)
    .queryAllByRole('listitem')
    .map((item) => item.querySelector('.whitespace-pre-line')?.textContent ?? '');
}

function fill(dialog: HTMLElement, email: string, password: string): void {
  fireEvent.change(within(dialog).getByLabelText('이메일'), { target: { value: email } });
  fireEvent.change(within(dialog).getByLabelText('비밀번호'), { target: { value: password } });
  fireEvent.click(within(dialog).getByRole('button', { name: '로그인' }));
}

function signIn(variables: Record<string, unknown>) {
  const { password } = variables.input as { password: string };
  if (password !== 'right') return { __typename: 'InvalidCredentials' };
  return {
    __typename: 'SignInSuccess',
    token: 'token-of-haru',
    expiresAt: '2030-01-01T00:00:00Z',
    user: { id: 'user-1', displayName: '하루' },
  };
}

function edge(body: string) {
  return {
    cursor: `cursor-${body}`,
    node: {
      __typename: 'Comment',
      id: `comment-${body}`,
      body,
      createdAt: '2026-01-01T00:00:00Z',
      author: { id: 'user-2', displayName: '민준' },
    },
  };
}

function comments(bodies: string[], { hasNext = false } = {}) {
  return {
    totalCount: 2,
    edges: bodies.map(edge),
    pageInfo: { endCursor: `cursor-${bodies.at(-1)}`, hasNextPage: hasNext },
  };
}

function artist(changes: object = {}) {
  const guest = { id: 'artist-2', slug: 'low-tide-radio', name: 'Low Tide Radio' };
  const host = { id: 'artist-1', slug: '달빛공장', name: '달빛공장' };
  const track = { id: 't1', number: 1, title: '첫차', durationMs: 1000, artists: [host, guest] };
  const album = {
    __typename: 'Album',
    id: 'album-1',
    title: '밤의 공장',
    kind: 'EP',
    releasedOn: '2026-01-01',
    tracks: [track],
  };
  return {
    ...host,
    bio: '달빛 아래의 이야기',
    district: '마포구',
    genres: [{ slug: 'dream-pop', name: '드림팝' }],
    albums: {
      edges: [{ cursor: 'a', node: album }],
      pageInfo: { endCursor: 'a', hasNextPage: false },
    },
    comments: comments(['c1', 'c2']),
    ...changes,
  };
}
