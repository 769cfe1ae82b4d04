import { type FormEvent, useId, useRef, useState } from 'react';
import { ko } from '../../i18n/ko';
import { Button } from '../../ui/Button';
import { useSession } from '../session/SessionProvider';
import { problemIn, usePostComment } from './postComment';

/** Writes a comment. Whoever is not signed in is asked to, and the comment is posted right after. */
export function CommentForm({
  artistId,
  connectionId,
}: {
  artistId: string;
  connectionId: string;
}) {
  const { session, requestSignIn } = useSession();
  const [draft, setDraft] = useState('');
  const [posted, setPosted] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const ids = { field: useId(), problem: useId() };

  const ask = () => requestSignIn({ reason: ko.comments.signInFirst, onSignedIn: () => post() });
  const { post: send, busy } = usePostComment({
    artistId,
    connectionId,
    onPosted: () => {
      setDraft('');
      setPosted(true);
    },
    onNotSignedIn: ask,
    onRefused: (message) => {
      setProblem(message);
      field.current?.focus();
    },
  });
  const post = () => send(draft.trim());

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found = problemIn(draft);
    setPosted(false);
    setProblem(found);
    if (found !== null) field.current?.focus();
    else if (session === null) ask();
    else post();
  };

  return (
    <form onSubmit={submit} noValidate className="grid gap-3">
      <label htmlFor={ids.field} className="sr-only">
        {ko.comments.label}
      </label>
      <textarea
        ref={field}
        id={ids.field}
        rows={3}
        value={draft}
        placeholder={ko.comments.placeholder}
        aria-invalid={problem === null ? undefined : true}
        aria-describedby={ids.problem}
        onChange={(event) => {
          setDraft(event.target.value);
          setProblem(null);
        }}
        className="comment-field w-full resize-y rounded-2xl bg-wash px-4 py-3 ring-1 ring-line-strong ring-inset placeholder:text-muted"
      />
      <p id={ids.problem} role="alert" className="text-alert empty:hidden">
        {problem}
      </p>
      <div className="flex items-center justify-between gap-4">
        <p role="status" className="text-muted text-sm">
          {posted ? ko.comments.posted : null}
          {session === null && !posted ? ko.comments.signInHint : null}
        </p>
        <Button type="submit" busy={busy}>
          {busy ? ko.comments.submitting : ko.comments.submit}
        </Button>
      </div>
    </form>
  );
}
