import { describe, expect, it } from 'vitest';

import { join, labelWords } from './label';
import { pressed } from './keys';
import { hashOf, parseRoute } from './route';
import { ago, bytes, counted, duration } from './words';

describe('labels', () => {
  it('rise by joining and keep the order of categories', () => {
    const sum = join({ level: 'internal', categories: ['financial'] }, { level: 'public', categories: ['identity'] });
    expect(sum).toEqual({ level: 'internal', categories: ['identity', 'financial'] });
    expect(labelWords(sum)).toBe('internal · identity, financial');
  });
});

describe('the address', () => {
  it('reads back what it wrote', () => {
    for (const route of [[], ['trail', 'call', 'call_01'], ['sources', 'a/b?#é%']]) {
      expect(parseRoute(hashOf(route))).toEqual(route);
    }
  });

  it('is nowhere when it is broken', () => {
    expect(parseRoute('#/%E0%A4%A')).toEqual([]);
  });
});

describe('chords', () => {
  const event = (key: string, more: Partial<KeyboardEvent> = {}) =>
    ({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more }) as KeyboardEvent;

  it('need exactly their modifiers', () => {
    expect(pressed('mod+k', event('k', { ctrlKey: true }), false)).toBe(true);
    expect(pressed('mod+k', event('k', { metaKey: true }), true)).toBe(true);
    expect(pressed('mod+k', event('k', { ctrlKey: true, shiftKey: true }), false)).toBe(false);
    expect(pressed('mod+k', event('k'), false)).toBe(false);
  });

  it('take a character whatever keys it needs', () => {
    expect(pressed('?', event('?', { shiftKey: true }), false)).toBe(true);
  });
});

describe('figures in words', () => {
  it('are short', () => {
    expect([duration(87), duration(3240), duration(41_000), duration(125_000)]).toEqual(['87 ms', '3.24 s', '41.0 s', '2 min 5 s']);
    expect([bytes(812), bytes(12_400), bytes(5_200_000)]).toEqual(['812 B', '12.4 kB', '5.2 MB']);
    expect([counted(1, 'call'), counted(12_408, 'entry', 'entries')]).toEqual(['1 call', '12,408 entries']);
    expect(ago(0, 130_000)).toBe('2 min ago');
  });
});
