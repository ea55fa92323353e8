// The geometry of a batch's waterfall: where each bar stands on the one time axis, and how rows are sorted.

import { waitOf, type CallState } from './call';
import type { BatchState } from './turn';

export type Order = 'asked' | 'start' | 'length' | 'source';

/**
 * A part of a call's bar, in fractions of the axis, 0 to 1. `wait`: before a request leaves, or between two. `failed`: a
 * request that came to nothing, and the call went on. `answer`: until the answer's headers came. `body`: while the answer
 * was carried over. `shared`: the call has another's result, nothing was sent for it.
 */
export interface Part {
  readonly kind: 'wait' | 'failed' | 'answer' | 'body' | 'running' | 'shared';
  readonly from: number;
  readonly to: number;
  /** Whether it runs beside the part before, and so stands below it. */
  readonly beside: boolean;
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
  const open = batch.ended ? begin : now;
  const ends = batch.calls.map((call) => call.endMs ?? open);
  const to = Math.max(...ends, batch.sealedMs ?? open, begin + 1);
  return { from: begin, to, ticks: ticksFor(to - begin) };
}

/** Where a moment stands on the axis, 0 to 1. */
export function placeOf(ms: number, axis: Axis): number {
  return Math.min(1, Math.max(0, (ms - axis.from) / (axis.to - axis.from)));
}

/** The call's bar. `now` ends what is not over. */
export function partsOf(call: CallState, axis: Axis, now: number): Part[] {
  const end = call.endMs ?? Math.max(now, call.readyMs);
  const part = (kind: Part['kind'], from: number, to: number, beside = false): Part[] =>
    to > from ? [{ kind, from: placeOf(from, axis), to: placeOf(to, axis), beside }] : [];
  if (sharesNow(call)) return part('shared', call.readyMs, end);
  const before = part('wait', call.readyMs, call.startMs ?? end);
  if (call.startMs === null) return before;
  const between = call.waits
    .filter(({ fromMs }) => fromMs >= (call.startMs ?? end))
    .flatMap(({ fromMs, toMs }) => part('wait', fromMs, toMs ?? end));
  return [...before, ...between, ...requestParts(call, end, part)].sort((a, b) => a.from - b.from);
}

type Make = (kind: Part['kind'], from: number, to: number, beside?: boolean) => Part[];

function requestParts(call: CallState, end: number, part: Make): Part[] {
  const carried = (call.phases?.body ?? 0) / 1000;
  const last = (from: number, to: number, beside: boolean): Part[] => {
    if (call.phase !== 'ended') return part('running', from, Math.max(to, from + 1), beside);
    const turned = Math.max(from, to - carried);
    return [...part('answer', from, turned, beside), ...part('body', turned, to, beside)];
  };
  // A recorded call has no times of its attempts: its bar is one piece, from the first to the end.
  if (call.attempts.length === 0) return last(call.startMs ?? end, end, false);
  return call.attempts.flatMap(({ fromMs, toMs, words }, at) => {
    const beside = call.attempts.slice(0, at).some((earlier) => (earlier.toMs ?? end) > fromMs);
    return words ? part('failed', fromMs, toMs ?? end, beside) : last(fromMs, toMs ?? end, beside);
  });
}

/** Whether the call has, or will have, the result of another. */
export function sharesNow(call: CallState): boolean {
  return call.from !== null || (call.startMs === null && waitOf(call)?.waiting.for === 'same');
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
