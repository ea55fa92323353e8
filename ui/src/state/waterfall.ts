// The geometry of a batch's waterfall: where each bar stands on the one time axis, and how rows are sorted.

import type { BatchState, CallState } from './turn';

export type Order = 'asked' | 'start' | 'length' | 'source';

/** A bar in fractions of the axis, 0 to 1. `wait` is the part before the bytes left. */
export interface Bar {
  readonly wait: { readonly from: number; readonly to: number } | null;
  readonly run: { readonly from: number; readonly to: number } | null;
}

export interface Axis {
  /** Milliseconds since the turn began. */
  readonly from: number;
  readonly to: number;
  /** Marks at round numbers of milliseconds since `from`. */
  readonly ticks: readonly number[];
}

/** The batch's span of time. `now` counts only while it runs, and only forwards: a bar never shrinks. */
export function axisOf(batch: BatchState, now: number): Axis {
  const from = Math.min(...batch.calls.map((call) => call.readyMs), Infinity);
  const begin = Number.isFinite(from) ? from : 0;
  const ends = batch.calls.map((call) => call.endMs ?? (batch.ended ? begin : now));
  const to = Math.max(...ends, begin + 1);
  return { from: begin, to, ticks: ticksFor(to - begin) };
}

export function barOf(call: CallState, axis: Axis, now: number): Bar {
  const place = (ms: number) => Math.min(1, Math.max(0, (ms - axis.from) / (axis.to - axis.from)));
  const end = call.endMs ?? now;
  const waited = call.startMs ?? end;
  return {
    wait: waited > call.readyMs ? { from: place(call.readyMs), to: place(waited) } : null,
    run: call.startMs === null ? null : { from: place(call.startMs), to: place(Math.max(end, call.startMs)) },
  };
}

/** Two to five marks at 1, 2 or 5 times a power of ten. */
export function ticksFor(length: number): number[] {
  if (!(length > 0)) return [];
  const rough = length / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) ?? rough;
  const ticks = [];
  for (let mark = step; mark < length; mark += step) ticks.push(mark);
  return ticks;
}

/** A sorted copy. Equal rows keep the model's order. */
export function sorted(calls: readonly CallState[], order: Order): CallState[] {
  const by: Record<Order, (a: CallState, b: CallState) => number> = {
    asked: () => 0,
    start: (a, b) => (a.startMs ?? Infinity) - (b.startMs ?? Infinity) || 0,
    length: (a, b) => b.tookMs - a.tookMs,
    source: (a, b) => a.tool.localeCompare(b.tool),
  };
  return [...calls].sort((a, b) => by[order](a, b) || a.position - b.position);
}

/** The sources that the calls touch. A tool without a source is one that is not connected: it touches none. */
export function sourcesOf(calls: readonly CallState[]): string[] {
  return [...new Set(calls.flatMap(({ tool }) => (tool.includes('.') ? (tool.split('.')[0] ?? []) : [])))];
}

/** How many calls ended in which way; those without an outcome count as `running` or `waiting`. Most first. */
export function outcomesOf(calls: readonly CallState[]): { word: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const call of calls) {
    const word = call.outcome ?? (call.phase === 'running' ? 'running' : 'waiting');
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts].map(([word, count]) => ({ word, count })).sort((a, b) => b.count - a.count);
}
