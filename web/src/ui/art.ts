/**
 * Pictures drawn from an id: the same id gives the same picture on every machine.
 *
 * Artists have a wing, releases a square of plumage in the colours of their artist. No text.
 */

/** One shape of a picture, in the coordinates of a 100 × 100 square. */
export interface Shape {
  readonly path: string;
  readonly fill: string;
}

export interface Picture {
  readonly ground: string;
  readonly shapes: readonly Shape[];
}

type Random = () => number;

/** Hues in degrees: of the ground, and of a feather at its darkest and its lightest. */
interface Palette {
  readonly ground: number;
  readonly deep: number;
  readonly light: number;
}

// Chosen by eye: every ground is a night, so that white letters can stand on it.
const PALETTES: readonly Palette[] = [
  { ground: 290, deep: 292, light: 345 },
  { ground: 275, deep: 282, light: 205 },
  { ground: 330, deep: 345, light: 400 },
  { ground: 10, deep: 15, light: 78 },
  { ground: 225, deep: 225, light: 168 },
  { ground: 262, deep: 258, light: 312 },
  { ground: 190, deep: 190, light: 125 },
  { ground: 300, deep: 372, light: 418 },
  { ground: 250, deep: 255, light: 190 },
  { ground: 320, deep: 330, light: 262 },
  { ground: 280, deep: 330, light: 415 },
  { ground: 270, deep: 290, light: 90 },
];

/** The wing of Win:G itself: violet, the colour of the house. */
export const BRAND_WING: Picture = wing('Win:G', { ground: 290, deep: 285, light: 330 });

/** Returns the hue, in degrees, of the ground that stands for `id` everywhere on its page. */
export function hueOf(id: string): number {
  return paletteOf(id).ground;
}

/** Returns the wing of an artist. */
export function wingOf(id: string): Picture {
  return wing(id, paletteOf(id));
}

/** Two layers of feathers along an arm, from the shoulder below to the wrist above. */
function wing(seed: string, palette: Palette): Picture {
  const random = randomFrom(`wing ${seed}`);
  const wrist = { x: 36 + random() * 8, y: 42 + random() * 6 };
  const lift = -46 - random() * 20;
  const droop = 38 + random() * 14;
  const curl = 0.1 + random() * 0.14;
  const layer = (feathers: number, reach: number, least: number): Shape[] =>
    Array.from({ length: feathers }, (_, at) => {
      const part = 1 - at / (feathers - 1);
      const length = reach * (0.52 + 0.48 * part ** 0.8);
      return {
        path: feather(
          lerp(17, wrist.x, part),
          lerp(78, wrist.y, part ** 0.8),
          lerp(droop, lift, part ** 1.15),
          length,
          length * 0.19,
          curl,
        ),
        fill: tint(palette, part, lerp(least, 0.92, part)),
      };
    });
  // The covering feathers lie on the flying ones.
  return {
    ground: ground(palette),
    shapes: [
      ...layer(between(random, 11, 15), 56, 0.4),
      ...layer(between(random, 8, 11), 28, 0.55),
    ],
  };
}

/** Returns the cover of release `id` by the artist `artistId`. */
export function coverOf(id: string, artistId: string): Picture {
  const random = randomFrom(`cover ${id}`);
  const own = paletteOf(artistId);
  const turn = (random() - 0.5) * 40;
  const palette = { ground: own.ground, deep: own.deep + turn, light: own.light + turn };
  const draw = [plumage, bloom, flight][between(random, 0, 2)] ?? plumage;
  return { ground: ground(palette), shapes: draw(random, palette) };
}

/** Rows of overlapping feathers, as on a breast. */
function plumage(random: Random, palette: Palette): Shape[] {
  const size = 100 / between(random, 3, 6);
  const rows = Math.ceil(200 / size);
  const shapes: Shape[] = [];
  for (let row = rows; row >= -1; row--) {
    const part = 1 - Math.max(0, row) / rows;
    const shift = row % 2 === 0 ? 0 : size / 2;
    for (let x = shift; x <= 100 + size / 2; x += size) {
      const lightness = lerp(0.38, 0.82, part) + (random() - 0.5) * 0.16;
      shapes.push({ path: scale(x, (row * size) / 2, size), fill: tint(palette, part, lightness) });
    }
  }
  return shapes;
}

/** Feathers around one point, as a flower or a turning record. */
function bloom(random: Random, palette: Palette): Shape[] {
  const x = 28 + random() * 44;
  const y = 28 + random() * 44;
  const feathers = 2 * between(random, 5, 8);
  const curl = 0.1 + random() * 0.4;
  return [84, 56, 30].flatMap((length, ring) =>
    Array.from({ length: feathers }, (_, at) => {
      const angle = (360 / feathers) * (at + ring / 2);
      const lightness = 0.4 + 0.18 * ring + (at % 2) * 0.1;
      return {
        path: feather(x, y, angle, length, (length * 3.4) / feathers, curl),
        fill: tint(palette, ring / 2, lightness),
      };
    }),
  );
}

/** A flock on its way up, past a moon. */
function flight(random: Random, palette: Palette): Shape[] {
  const birds = between(random, 5, 8);
  const lean = (random() - 0.5) * 30;
  const moon = disc(30 + random() * 40, 30 + random() * 25, 17 + random() * 14);
  const shapes: Shape[] = [{ path: moon, fill: tint(palette, 0.2, 0.55) }];
  for (let at = 0; at < birds; at++) {
    const part = at / birds;
    const x = 14 + 72 * random();
    const y = 94 - 80 * part;
    const size = 34 - 22 * part;
    for (const side of [-1, 1]) {
      shapes.push({
        path: feather(x, y, -90 + lean + side * 54, size, size * 0.26, side * 0.45),
        fill: tint(palette, 1, side < 0 ? 0.9 : 0.78),
      });
    }
  }
  return shapes;
}

/** A blade from its root at (x, y) with a round tip, bent to one side by `curl` of its length. */
function feather(
  x: number,
  y: number,
  degrees: number,
  length: number,
  width: number,
  curl: number,
): string {
  const angle = (degrees * Math.PI) / 180;
  const bend = curl * length;
  const point = (part: number, aside: number): string => {
    const off = aside + bend * part * part;
    const dx = Math.cos(angle) * length * part - Math.sin(angle) * off;
    const dy = Math.sin(angle) * length * part + Math.cos(angle) * off;
    return `${round(x + dx)} ${round(y + dy)}`;
  };
  return (
    `M${point(0, 0)}C${point(0.3, -width * 0.6)} ${point(0.75, -width)} ${point(0.97, -width * 0.22)}` +
    `C${point(1.02, 0)} ${point(1, width * 0.3)} ${point(0.93, width * 0.34)}` +
    `C${point(0.7, width * 0.75)} ${point(0.3, width * 0.55)} ${point(0, 0)}Z`
  );
}

function scale(x: number, y: number, size: number): string {
  const half = round(size / 2);
  return (
    `M${round(x - size / 2)} ${round(y)}v${half}a${half} ${half} 0 0 0 ${round(half * 2)} 0` +
    `v-${half}Z`
  );
}

function disc(x: number, y: number, radius: number): string {
  const r = round(radius);
  return `M${round(x - radius)} ${round(y)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 -${2 * r} 0Z`;
}

function paletteOf(id: string): Palette {
  return PALETTES[Math.floor(randomFrom(id)() * PALETTES.length)] as Palette;
}

function ground({ ground: hue }: Palette): string {
  return `oklch(0.25 0.07 ${round(hue)})`;
}

function tint({ deep, light }: Palette, part: number, lightness: number): string {
  return `oklch(${round(lightness)} 0.15 ${round(lerp(deep, light, part))})`;
}

function lerp(from: number, to: number, part: number): number {
  return from + (to - from) * part;
}

function between(random: Random, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1));
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** FNV-1a: short, and good enough to tell ids apart. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  }
  return value >>> 0;
}

/** Mulberry32, seeded by the hash of `seed`. */
function randomFrom(seed: string): Random {
  let state = hash(seed);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
  };
}
