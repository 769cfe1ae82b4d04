import { useMemo } from 'react';
import { BRAND_WING, coverOf, type Picture, wingOf } from './art';

/** The wing of an artist on its ground. Decoration: the name stands beside it. */
export function WingArt({ id, className }: { id: string; className?: string }) {
  const picture = useMemo(() => wingOf(id), [id]);
  return <Drawing picture={picture} className={className} />;
}

/** The wing alone, to lie over a ground that is already there. */
export function BareWing({ id, className }: { id: string; className?: string }) {
  const picture = useMemo(() => wingOf(id), [id]);
  return <Drawing picture={picture} className={className} bare />;
}

/** The wing of the house. */
export function BrandWing({ className }: { className?: string }) {
  return <Drawing picture={BRAND_WING} className={className} bare />;
}

/** The cover of a release, in the colours of its artist. */
export function CoverArt(props: { id: string; artistId: string; className?: string }) {
  const { id, artistId, className } = props;
  const picture = useMemo(() => coverOf(id, artistId), [id, artistId]);
  return <Drawing picture={picture} className={className} />;
}

function Drawing(props: { picture: Picture; className?: string | undefined; bare?: boolean }) {
  const { picture, className, bare = false } = props;
  return (
    <svg
      viewBox="0 0 100 100"
      overflow={bare ? 'visible' : undefined}
      className={className}
      aria-hidden="true"
      focusable="false"
    >
      {bare ? null : <path d="M0 0h100v100H0Z" fill={picture.ground} />}
      {picture.shapes.map(({ path, fill }, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a picture never changes its order
        <path key={at} d={path} fill={fill} />
      ))}
    </svg>
  );
}
