import type { ReactNode } from 'react';

type Look = 'solid' | 'quiet';

const LOOKS: Record<Look, string> = {
  solid: 'bg-accent-solid text-on-accent hover:bg-accent-deep',
  quiet: 'bg-paper text-ink ring-1 ring-line-strong ring-inset hover:bg-wash',
};

/** Returns the classes that make a link look like a button. */
export function buttonLook(look: Look): string {
  return `inline-flex min-h-11 shrink-0 cursor-pointer items-center justify-center whitespace-nowrap rounded-full px-5 font-semibold transition-colors ${LOOKS[look]}`;
}

interface Props {
  readonly children: ReactNode;
  readonly look?: Look;
  readonly type?: 'button' | 'submit';
  /** Under way: further presses do nothing, but the button keeps its focus. */
  readonly busy?: boolean;
  readonly onClick?: () => void;
}

/** A button that is at least as large as a finger. */
export function Button({
  children,
  look = 'solid',
  type = 'button',
  busy = false,
  onClick,
}: Props) {
  return (
    <button
      type={type}
      aria-disabled={busy || undefined}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.();
      }}
      className={`${buttonLook(look)} ${busy ? 'cursor-progress opacity-70' : ''}`}
    >
      {children}
    </button>
  );
}
