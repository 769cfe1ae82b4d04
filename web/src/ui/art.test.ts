import { expect, test } from 'vitest';
import { coverOf, hueOf, wingOf } from './art';

const IDS = Array.from({ length: 60 }, (_, at) => `QXJ0aXN0OjAxOTAw${at}`);

test('the same id gives the same picture', () => {
  expect(wingOf('artist-1')).toEqual(wingOf('artist-1'));
  expect(coverOf('album-1', 'artist-1')).toEqual(coverOf('album-1', 'artist-1'));
});

test('different ids give different wings', () => {
  const wings = new Set(IDS.map((id) => JSON.stringify(wingOf(id))));

  expect(wings.size).toBe(IDS.length);
});

test('a release keeps the ground of its artist', () => {
  for (const id of IDS) {
    expect(coverOf('album-1', id).ground).toBe(wingOf(id).ground);
    expect(wingOf(id).ground).toBe(`oklch(0.25 0.07 ${hueOf(id)})`);
  }
});

test('every shape is drawn with finite numbers', () => {
  const pictures = IDS.flatMap((id) => [wingOf(id), coverOf(id, 'artist-1')]);

  for (const { shapes } of pictures) {
    expect(shapes.length).toBeGreaterThan(10);
    for (const { path, fill } of shapes) {
      expect(path).toMatch(/^M[-\d. MCavZ]+Z$/);
      expect(fill).toMatch(/^oklch\([\d.]+ 0\.15 [-\d.]+\)$/);
    }
  }
});
