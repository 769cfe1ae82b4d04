/** Dates and lengths of time, as Korean readers expect them. */

const DAY = new Intl.DateTimeFormat('ko-KR', { dateStyle: 'long', timeZone: 'Asia/Seoul' });
const MOMENT = new Intl.DateTimeFormat('ko-KR', {
  dateStyle: 'long',
  timeStyle: 'short',
  timeZone: 'Asia/Seoul',
});
const AGO = new Intl.RelativeTimeFormat('ko-KR', { numeric: 'auto' });

const STEPS: readonly (readonly [unit: Intl.RelativeTimeFormatUnit, seconds: number])[] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** `2026-03-01` → `2026년 3월 1일`. */
export function formatDate(date: string): string {
  return DAY.format(new Date(`${date}T12:00:00+09:00`));
}

/** The exact moment, for those who want to know. */
export function formatMoment(moment: string): string {
  return MOMENT.format(new Date(moment));
}

/** `3시간 전` within a week of `now`, the date after that. */
export function formatAgo(moment: string, now: Date): string {
  const seconds = Math.max(0, (now.getTime() - new Date(moment).getTime()) / 1000);
  if (seconds >= 7 * 86_400) return DAY.format(new Date(moment));
  for (const [unit, length] of STEPS) {
    if (seconds >= length) return AGO.format(-Math.floor(seconds / length), unit);
  }
  return '방금';
}

/** 225,000 ms → `3:45`. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** 225,000 ms → `3분 45초`, to be read aloud. */
export function speakDuration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  const minutes = Math.floor(seconds / 60);
  const rest = seconds % 60;
  return [minutes > 0 ? `${minutes}분` : '', rest > 0 ? `${rest}초` : ''].filter(Boolean).join(' ');
}
