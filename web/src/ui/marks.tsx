/** The drawn signs of Win:G. */

interface Props {
  readonly className?: string;
}

/** Three feathers that open: the sign of Win:G. */
export function WingMark({ className }: Props) {
  return (
    <svg viewBox="0 0 40 32" className={className} aria-hidden="true" focusable="false">
      <path d="M3 29C3 16 13 5 37 2 36 14 24 20 3 29Z" className="fill-mark-1" />
      <path d="M3 29c4-8 14-12 28-11-3 8-14 12-28 11Z" className="fill-mark-2" />
      <path d="M3 29c5-4 11-5 20-2-5 4-13 5-20 2Z" className="fill-mark-3" />
    </svg>
  );
}

/** A feather on the floor: something did not fly. */
export function FallenFeather({ className }: Props) {
  return (
    <svg viewBox="0 0 120 80" className={className} aria-hidden="true" focusable="false">
      <path d="M8 70C22 40 58 14 112 12 106 44 68 66 8 70Z" className="fill-mark-1" />
      <path d="M8 70C40 62 76 44 112 12 106 44 68 66 8 70Z" className="fill-mark-2" />
      <path
        d="M2 74C36 58 70 38 100 20"
        className="fill-none stroke-mark-3"
        strokeWidth="2"
        strokeLinecap="round"
      />
    </svg>
  );
}
