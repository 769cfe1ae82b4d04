import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { graphql, useMutation } from 'react-relay';
import type { SignInDialogMutation } from '../../__generated__/SignInDialogMutation.graphql';
import { ko } from '../../i18n/ko';
import { Button } from '../../ui/Button';
import { TextField } from '../../ui/TextField';
import { DemoAccount } from './DemoAccount';
import type { Session } from './session';

interface Props {
  readonly reason: string;
  readonly onDismiss: () => void;
  readonly onSignedIn: (session: Session) => void;
}

/** Asks for e-mail and password. The browser's own modal dialog: focus stays in, Esc closes. */
export function SignInDialog({ reason, onDismiss, onSignedIn }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const signedIn = useRef<Session | null>(null);
  const titleId = useId();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const { signIn, busy, problem, setProblem } = useSignIn((session) => {
    signedIn.current = session;
    dialog.current?.close();
  });

  useEffect(() => {
    const opened = dialog.current;
    if (opened?.open === false) opened.showModal();
  }, []);

  // Closing first and unmounting after lets the browser put the focus back where it was.
  const closed = () => {
    if (signedIn.current === null) onDismiss();
    else onSignedIn(signedIn.current);
  };

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (email.trim() === '' || password === '') setProblem(ko.session.required);
    else signIn(email.trim(), password);
  };

  return (
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      onClose={closed}
      className="m-auto w-[min(26rem,calc(100vw-2rem))] rounded-3xl bg-surface p-0 text-ink shadow-2xl backdrop:bg-scrim"
    >
      <form
        onSubmit={submit}
        noValidate
        className="grid grid-cols-[minmax(0,1fr)] gap-5 p-6 sm:p-8"
      >
        <header className="grid gap-1">
          <h2 id={titleId} className="font-extrabold text-2xl tracking-tight">
            {ko.session.title}
          </h2>
          <p className="text-muted">{reason}</p>
        </header>
        <TextField
          label={ko.session.email}
          type="email"
          autoComplete="username"
          value={email}
          onChange={setEmail}
        />
        <TextField
          label={ko.session.password}
          type="password"
          autoComplete="current-password"
          value={password}
          onChange={setPassword}
        />
        <p role="alert" className="text-alert empty:hidden">
          {problem}
        </p>
        <div className="flex flex-wrap gap-2">
          <Button type="submit" busy={busy}>
            {busy ? ko.session.submitting : ko.session.submit}
          </Button>
          <Button look="quiet" onClick={() => dialog.current?.close()}>
            {ko.session.close}
          </Button>
        </div>
        <DemoAccount
          onUse={(account) => {
            setEmail(account.email);
            setPassword(account.password);
          }}
        />
      </form>
    </dialog>
  );
}

/** Returns a way to sign in, whether it is under way, and what went wrong. */
function useSignIn(onSignedIn: (session: Session) => void) {
  const [problem, setProblem] = useState<string | null>(null);
  const [commit, busy] = useMutation<SignInDialogMutation>(graphql`
    mutation SignInDialogMutation($input: SignInInput!) {
      signIn(input: $input) {
        __typename
        ... on SignInSuccess {
          token
          expiresAt
          user {
            id
            displayName
          }
        }
      }
    }
  `);

  const signIn = (email: string, password: string) => {
    setProblem(null);
    commit({
      variables: { input: { email, password } },
      updater: (records) => {
        const user = records.getRootField('signIn')?.getLinkedRecord('user');
        if (user != null) records.getRoot().setLinkedRecord(user, 'me');
      },
      onCompleted: ({ signIn: result }) => {
        if (result.__typename === 'SignInSuccess') {
          onSignedIn({ token: result.token, expiresAt: result.expiresAt });
        } else {
          setProblem(ko.session.wrong);
        }
      },
      onError: () => setProblem(ko.session.failed),
    });
  };

  return { signIn, busy, problem, setProblem };
}
