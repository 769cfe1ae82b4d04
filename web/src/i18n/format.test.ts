import { expect, test } from 'vitest';
import { formatAgo, formatDate, formatDuration, speakDuration } from './format';

const NOW = new Date('2026-03-10T12:00:00+09:00');

test('a release date is written out in Korean', () => {
  expect(formatDate('2026-03-01')).toBe('2026년 3월 1일');
});

test.each([
  ['2026-03-10T11:59:30+09:00', '방금'],
  ['2026-03-10T12:00:05+09:00', '방금'],
  ['2026-03-10T11:45:00+09:00', '15분 전'],
  ['2026-03-10T09:00:00+09:00', '3시간 전'],
  ['2026-03-09T11:00:00+09:00', '어제'],
  ['2026-03-05T12:00:00+09:00', '5일 전'],
  ['2026-03-03T12:00:00+09:00', '2026년 3월 3일'],
])('%s is %s', (moment, words) => {
  expect(formatAgo(moment, NOW)).toBe(words);
});

test.each([
  [225_000, '3:45', '3분 45초'],
  [60_000, '1:00', '1분'],
  [59_600, '1:00', '1분'],
  [9_000, '0:09', '9초'],
])('%d ms is %s, read aloud as %s', (milliseconds, written, spoken) => {
  expect(formatDuration(milliseconds)).toBe(written);
  expect(speakDuration(milliseconds)).toBe(spoken);
});
