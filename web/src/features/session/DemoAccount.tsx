import { ko } from '../../i18n/ko';

interface Account {
  readonly email: string;
  readonly password: string;
}

// The seeded scene has this account; a production build carries neither the hint nor the words.
const ACCOUNT: Account | null =
  import.meta.env.DEV || import.meta.env.MODE === 'demo'
    ? { email: 'haru@wing.test', password: 'wing-demo-2026' }
    : null;

/** Offers the account of the demo data, in development and in demo builds only. */
export function DemoAccount({ onUse }: { onUse: (account: Account) => void }) {
  if (ACCOUNT === null) return null;
  return (
    <div className="grid gap-1 border-line border-t pt-4 text-muted text-sm">
      <p>
        {ko.session.demo} <code>{ACCOUNT.email}</code> / <code>{ACCOUNT.password}</code>
      </p>
      <button
        type="button"
        onClick={() => onUse(ACCOUNT)}
        className="justify-self-start font-semibold text-accent underline underline-offset-4"
      >
        {ko.session.demoUse}
      </button>
    </div>
  );
}
