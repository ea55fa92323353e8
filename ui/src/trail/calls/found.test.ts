import { describe, expect, it } from 'vitest';

import { fakeHost } from '../../ipc/fake';
import type { CallRow } from '../../ipc/host';
import { Found } from './found.svelte';

function row(seq: number, change: Partial<CallRow> = {}): CallRow {
  return { call: `call_${seq}`, seq, at: seq, outcome: 'returned', verdict: 'allow', approved: null, sent_at: null, label: { level: 'internal', categories: [] }, ...change } as CallRow;
}

/** A host whose calls are these; `asked` counts what it was asked for. */
function over(all: CallRow[]) {
  const host = fakeHost({ past: false });
  const asked = { pages: 0 };
  host.search = async (_, before, limit) => {
    asked.pages += 1;
    const fit = all.filter(({ seq }) => before === null || seq < before).sort((a, b) => b.seq - a.seq);
    return { rows: fit.slice(0, limit), next: fit.length > limit ? (fit[limit - 1]?.seq ?? null) : null };
  };
  host.facets = async () => ({ total: all.length, at_least: false, by_source: [], by_outcome: [], by_level: [], by_verdict: [] });
  return { all, asked, host, found: new Found(host) };
}

const rest = () => new Promise((resolve) => setTimeout(resolve));

/** Reads until the rows from one place to another are at hand. */
async function reach(found: Found, from: number, to: number) {
  for (let times = 0; times < 40; times += 1) {
    await found.reach(from, Math.min(to, found.total - 1));
    if (found.at(from) && found.at(Math.min(to, found.total - 1))) return;
  }
}

describe('the calls that a filter finds', () => {
  it('are read page by page, each at its place', async () => {
    const { found, asked } = over(Array.from({ length: 250 }, (_, seq) => row(seq)));
    await found.narrow('');
    await rest();
    expect([found.total, found.at(0)?.seq, found.at(99)?.seq, found.at(100)]).toEqual([250, 249, 150, undefined]);
    await reach(found, 80, 249);
    expect(found.at(249)?.seq).toBe(0);
    expect(asked.pages).toBe(3);
  });

  it.each([
    ['evenly spread', (at: number) => at * 3],
    ['dense at the end', (at: number) => (at < 5000 ? at : 5000 + (at - 5000) * 40)],
    ['with a long silence', (at: number) => (at < 9000 ? at : at + 400_000)],
  ])('are reached at the far end, %s, with few pages', async (_, seqOf) => {
    const all = Array.from({ length: 10_000 }, (_, at) => row(seqOf(at)));
    const { found, asked } = over(all);
    await found.narrow('');
    await rest();
    found.cursor = 9999;
    await reach(found, 9970, 9999);
    expect(found.at(found.total - 1)?.seq).toBe(0);
    expect(found.cursor).toBe(found.total - 1);
    expect(asked.pages).toBeLessThan(30);
    await reach(found, 0, 20);
    expect(found.at(0)?.seq).toBe(all.at(-1)?.seq);
  });

  it('are read upwards from a guessed place without a hole, and the first has the first place', async () => {
    const { found } = over(Array.from({ length: 2000 }, (_, seq) => row(seq * 7)));
    await found.narrow('');
    await rest();
    await reach(found, 900, 920);
    let at = 900;
    let seq = found.at(at)?.seq ?? -1;
    found.onmoved = (by) => (at += by);
    for (let steps = 0; seq < 1999 * 7; steps += 1) {
      expect(steps).toBeLessThan(2000);
      await reach(found, at - 1, at);
      const above = found.at(at - 1);
      expect(above?.seq).toBe(seq + 7);
      seq = above?.seq ?? 0;
      at -= 1;
    }
    expect(at).toBe(0);
  });

  it('keep few rows at a time', async () => {
    const { found } = over(Array.from({ length: 5000 }, (_, seq) => row(seq)));
    await found.narrow('');
    await rest();
    for (let at = 0; at < 3000; at += 50) await reach(found, at, at + 60);
    const held = Array.from({ length: 5000 }, (_, at) => found.at(at)).filter(Boolean);
    expect(held.length).toBeLessThanOrEqual(600);
    expect(found.at(2950)?.seq).toBe(2049);
  });

  it('hold back what is new, and bring what is shown up to date', async () => {
    const { all, found } = over([row(1, { outcome: null }), row(2)]);
    await found.narrow('');
    await rest();
    found.flowing = false;
    all[0] = row(1);
    all.push(row(3));
    await found.refresh();
    expect([found.at(0)?.seq, found.at(1)?.outcome, found.fresh, found.total]).toEqual([2, 'returned', 1, 2]);
    found.cursor = 1;
    found.show();
    expect([found.at(0)?.seq, found.fresh, found.total, found.cursor]).toEqual([3, 0, 3, 2]);
  });

  it('appear as they come where nobody reads further down, and always if there were none', async () => {
    const { all, found } = over([]);
    await found.narrow('');
    await rest();
    found.flowing = false;
    all.push(row(1));
    await found.refresh();
    expect([found.at(0)?.seq, found.fresh]).toEqual([1, 0]);
    all.push(row(2));
    await found.refresh();
    expect([found.at(0)?.seq, found.fresh]).toEqual([1, 1]);
    found.flowing = true;
    expect([found.at(0)?.seq, found.fresh]).toEqual([2, 0]);
  });

  it('are read anew when more came than one page holds', async () => {
    const { all, found } = over([row(1)]);
    await found.narrow('');
    await rest();
    found.flowing = false;
    for (let seq = 2; seq < 500; seq += 1) all.push(row(seq));
    await found.refresh();
    expect(found.overrun).toBe(true);
    found.show();
    await rest();
    expect([found.at(0)?.seq, found.overrun, found.total]).toEqual([499, false, 499]);
  });

  it('belong to the filter that was asked for last', async () => {
    const { found, host } = over([]);
    const answers: ((rows: CallRow[]) => void)[] = [];
    host.search = () => new Promise((resolve) => answers.push((rows) => resolve({ rows, next: null })));
    const first = found.narrow('a');
    const second = found.narrow('b');
    answers[1]?.([row(2)]);
    answers[0]?.([row(1)]);
    await Promise.all([first, second]);
    expect(found.at(0)?.seq).toBe(2);
  });

  it('say in words why they could not be read', async () => {
    const { found, host } = over([]);
    host.search = () => Promise.reject(new Error('The database is locked.'));
    await found.narrow('');
    expect([found.error, found.read, found.loading]).toEqual(['The database is locked.', true, false]);
  });
});
