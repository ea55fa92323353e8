// A month on a wall: weeks from Monday, days as `2026-11-01`. Local time, as people mean it.

export interface MonthDay {
  readonly day: string;
  readonly number: number;
  /** Whether it belongs to the month, and not to the one before or after. */
  readonly inside: boolean;
}

/** `2026-11-01` */
export function dayOf(date: Date): string {
  const two = (number: number) => String(number).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The day so many days later. */
export function dayAfter(day: string, days: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return dayOf(new Date(year, month - 1, date + days));
}

/** The weeks of the month in which the day lies. */
export function weeksOf(day: string): MonthDay[][] {
  const [year = 0, month = 1] = day.split('-').map(Number);
  const first = new Date(year, month - 1, 1);
  const from = dayAfter(dayOf(first), -((first.getDay() + 6) % 7));
  const weeks: MonthDay[][] = [];
  for (let at = from; weeks.length === 0 || at.slice(0, 7) === dayOf(first).slice(0, 7); ) {
    const week = Array.from({ length: 7 }, (_, index) => dayAfter(at, index));
    weeks.push(week.map((one) => ({ day: one, number: Number(one.slice(8)), inside: one.slice(0, 7) === dayOf(first).slice(0, 7) })));
    at = dayAfter(at, 7);
  }
  return weeks;
}

/** The same day of a month so many months later, or that month's last. */
export function monthAfter(day: string, months: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const last = new Date(year, month + months, 0).getDate();
  return dayOf(new Date(year, month - 1 + months, Math.min(date, last)));
}
