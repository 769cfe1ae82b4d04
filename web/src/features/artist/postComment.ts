import { graphql, useMutation } from 'react-relay';
import { ConnectionHandler, type RecordProxy, type RecordSourceProxy } from 'relay-runtime';
import type { postCommentMutation } from '../../__generated__/postCommentMutation.graphql';
import { ko } from '../../i18n/ko';
import { SessionExpired } from '../session/session';

const MOST = 1000;

/** Returns what is wrong with a draft before it is sent, or null. The server has the last word. */
export function problemIn(draft: string): string | null {
  const length = [...draft.trim()].length;
  if (length === 0) return ko.comments.empty;
  return length > MOST ? ko.comments.tooLong(MOST, length) : null;
}

interface Options {
  readonly artistId: string;
  /** The list that the new comment goes on top of. */
  readonly connectionId: string;
  readonly onPosted: () => void;
  readonly onNotSignedIn: () => void;
  readonly onRefused: (message: string) => void;
}

/** Returns a way to post a comment, and whether one is under way. */
export function usePostComment(options: Options) {
  const [commit, busy] = useMutation<postCommentMutation>(graphql`
    mutation postCommentMutation($input: CreateCommentInput!) {
      createComment(input: $input) {
        __typename
        ... on CreateCommentSuccess {
          commentEdge {
            cursor
            node {
              id
              ...CommentItem_comment
            }
          }
        }
        ... on NotSignedIn {
          __typename
        }
        ... on InvalidComment {
          field
        }
      }
    }
  `);

  const post = (body: string) => {
    const { artistId, connectionId } = options;
    commit({
      variables: { input: { artistId, body } },
      updater: (records) => {
        const edge = records.getRootField('createComment')?.getLinkedRecord('commentEdge');
        if (edge != null) putOnTop(records, connectionId, edge);
      },
      onCompleted: ({ createComment: result }) => {
        switch (result.__typename) {
          case 'CreateCommentSuccess':
            return options.onPosted();
          case 'NotSignedIn':
            return options.onNotSignedIn();
          case 'InvalidComment':
            // The server's own words are for developers.
            return options.onRefused(
              result.field === 'body' ? ko.comments.refused : ko.comments.failed,
            );
          default:
            return options.onRefused(ko.comments.failed);
        }
      },
      onError: (error) => {
        if (error instanceof SessionExpired) options.onNotSignedIn();
        else options.onRefused(ko.comments.failed);
      },
    });
  };

  return { post, busy };
}

function putOnTop(records: RecordSourceProxy, connectionId: string, edge: RecordProxy): void {
  const list = records.get(connectionId);
  const own = list == null ? null : ConnectionHandler.buildConnectionEdge(records, list, edge);
  if (list == null || own == null) return;
  ConnectionHandler.insertEdgeBefore(list, own);
  list.setValue(Number(list.getValue('totalCount')) + 1, 'totalCount');
}
