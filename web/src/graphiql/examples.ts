/** The tabs a developer finds open the first time: real operations, ready to run. */

const ARTIST_PAGE = `# One operation, three services: music, community and accounts.
query ArtistPage {
  artist(slug: "달빛공장") {
    id
    name
    bio
    district
    genres {
      name
    }
    albums(first: 5) {
      edges {
        node {
          title
          kind
          releasedOn
          tracks {
            number
            title
            durationMs
          }
        }
      }
    }
    comments(first: 10) {
      totalCount
      edges {
        node {
          body
          createdAt
          author {
            displayName
          }
        }
      }
    }
  }
}
`;

const SIGN_IN = `# Copy the token into the Headers of another tab:
#   { "Authorization": "Bearer <token>" }
mutation SignIn($input: SignInInput!) {
  signIn(input: $input) {
    __typename
    ... on SignInSuccess {
      token
      expiresAt
      user {
        displayName
        roles
      }
    }
    ... on InvalidCredentials {
      message
    }
  }
}
`;

const CREATE_COMMENT = `# Needs the token of "SignIn" in the Headers below. Without it the answer is NotSignedIn: data, not an error.
# artistId is the id that "ArtistPage" returns.
mutation CreateComment($input: CreateCommentInput!) {
  createComment(input: $input) {
    __typename
    ... on CreateCommentSuccess {
      commentEdge {
        node {
          id
          body
          author {
            displayName
          }
        }
      }
    }
    ... on NotSignedIn {
      message
    }
    ... on InvalidComment {
      field
      message
    }
  }
}
`;

const ARTISTS = `# A connection: pass pageInfo.endCursor as "after" to go on.
query Artists($first: Int!, $after: String, $genre: String) {
  artists(first: $first, after: $after, genre: $genre) {
    totalCount
    edges {
      node {
        slug
        name
        genres {
          slug
          name
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
`;

const NODE = `# Every id is global: whatever it names can be read again by it.
query Node($id: ID!) {
  node(id: $id) {
    __typename
    id
    ... on Artist {
      name
    }
    ... on Album {
      title
    }
    ... on Track {
      title
    }
    ... on Comment {
      body
    }
    ... on User {
      displayName
    }
  }
}
`;

const AUTHORIZATION = `${JSON.stringify({ Authorization: 'Bearer ' }, null, 2)}\n`;

function variables(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

export const EXAMPLES = [
  { query: ARTIST_PAGE },
  {
    query: SIGN_IN,
    variables: variables({ input: { email: 'haru@wing.test', password: '' } }),
  },
  {
    query: CREATE_COMMENT,
    variables: variables({ input: { artistId: '', body: '여기 코러스 최고' } }),
    headers: AUTHORIZATION,
  },
  { query: ARTISTS, variables: variables({ first: 12, after: null, genre: null }) },
  { query: NODE, variables: variables({ id: '' }) },
];
