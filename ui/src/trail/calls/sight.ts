// Which rows of a long table are in sight, and where they stand. Browsers draw nothing taller than some 16 million
// pixels: a longer table is drawn shorter, and scrolling goes over it faster.

export interface Sight {
  /** How many rows there are. */
  readonly rows: number;
  /** How high each is. */
  readonly each: number;
  /** How high the window onto them is. */
  readonly height: number;
  /** How far it was scrolled, as the browser counts. */
  readonly top: number;
}

const TALLEST = 8_000_000;
/** So many rows above and below what is in sight are drawn too. */
const MORE = 8;

/** How tall the table is drawn. */
export function placed({ rows, each }: Sight): number {
  return Math.min(rows * each, TALLEST);
}

/** How much faster the rows go by than the bar moves. */
function speed(sight: Sight): number {
  const whole = sight.rows * sight.each;
  return whole <= TALLEST ? 1 : (whole - sight.height) / (TALLEST - sight.height);
}

/** Where a row is drawn, from the top of the table. */
export function offsetOf(sight: Sight, index: number): number {
  return index * sight.each - sight.top * speed(sight) + sight.top;
}

/** The rows to draw: from the first to before the last. */
export function shownRows(sight: Sight): { from: number; to: number } {
  const offset = sight.top * speed(sight);
  const from = Math.max(0, Math.floor(offset / sight.each) - MORE);
  return { from, to: Math.min(sight.rows, Math.ceil((offset + sight.height) / sight.each) + MORE) };
}

/** How far to scroll so that the row is in sight; null if it is. */
export function scrollTo(sight: Sight, index: number): number | null {
  const offset = sight.top * speed(sight);
  const above = index * sight.each;
  const below = above + sight.each - sight.height;
  if (above >= offset && below <= offset) return null;
  return (above < offset ? above : below) / speed(sight);
}
