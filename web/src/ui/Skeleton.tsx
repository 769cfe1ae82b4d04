interface Props {
  readonly label: string;
  readonly rows: number;
  /** The height of one row. */
  readonly className: string;
}

/** Grey bars in the shape of what is coming. */
export function Skeleton({ label, rows, className }: Props) {
  return (
    <div role="status" aria-label={label} className="grid gap-4 py-6">
      {Array.from({ length: rows }, (_, row) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: the bars are all alike
          key={row}
          className={`skeleton rounded-2xl bg-wash ${className}`}
        />
      ))}
    </div>
  );
}
