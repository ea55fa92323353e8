import { expect, it } from 'vitest';

import { checkToml } from '../ipc/fake/toml';
import { FILE_KEYS, withLine } from './keys';
import { ADVICE, EXAMPLE, limitsWords, rateLine, runsWords, stateWords } from './words';

it('a line is put below the caret’s, and takes the place of an empty one', () => {
  expect(withLine('a = 1\nb = 2\n', 2, 'x = 9')).toEqual({ text: 'a = 1\nx = 9\nb = 2\n', caret: 11 });
  expect(withLine('a = 1\n\nb = 2', 6, 'x = 9')).toEqual({ text: 'a = 1\nx = 9\nb = 2', caret: 11 });
  expect(withLine('a = 1', 5, 'x = 9').text).toBe('a = 1\nx = 9');
  expect(withLine('', 0, 'x = 9').text).toBe('x = 9');
});

it('every line that is offered can stand in a file', () => {
  const [source, tool] = FILE_KEYS;
  for (const { line } of source?.keys ?? []) {
    const key = line.split(' ')[0] ?? '';
    const without = EXAMPLE.split('\n').filter((one, at) => at > 5 || !one.startsWith(`${key} `)).join('\n');
    expect(checkToml(`${line}\n${without}`).mistakes, line).toEqual([]);
  }
  for (const { line } of tool?.keys ?? []) {
    expect(checkToml(EXAMPLE.replace('[[tool]]\n', `[[tool]]\n${line}\n`)).mistakes, line).toEqual([]);
  }
});

it('limits, states and advice are said in words', () => {
  const limits = { in_flight: 8, rate: null, deadline_ms: 20_000, result_bytes: 4_000_000 };
  expect(limitsWords(limits)).toBe('8 calls at a time, no limit of requests a second, 20.0 s each, results up to 4.0 MB');
  expect(rateLine({ milli_per_second: 20_000, burst: 40 })).toBe('20 requests a second, 40 at once');
  const view = (paused: boolean, asks_to_wait_ms: number) => stateWords({ paused, asks_to_wait_ms } as never);
  expect([view(false, 0), view(true, 0), view(false, 2900)]).toEqual(['', 'paused by you', 'asks to wait 2.9 s']);
  expect(runsWords({ effect: 'read', exclusive: true } as never)).toContain('alone');
  expect(Object.values(ADVICE).every((words) => words !== '')).toBe(true);
});
