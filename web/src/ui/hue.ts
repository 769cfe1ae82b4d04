import type { CSSProperties } from 'react';

/** Returns the style that hands a picture's hue to the style sheet, as `var(--hue)`. */
export function hueStyle(hue: number): CSSProperties {
  return { '--hue': hue } as CSSProperties;
}
