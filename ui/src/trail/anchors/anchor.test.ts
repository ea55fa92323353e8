import { expect, it } from 'vitest';

import { EMPTY, mistakesIn, specOf, type AnchorForm } from './anchor';

const WITNESS: AnchorForm = { ...EMPTY, name: 'w', url: 'https://witness.example ', vkey: 'witness.example+8a3f01c2+BJk0Qq==' };

it.each<[Partial<AnchorForm>, string[]]>([
  [{}, []],
  [{ name: '' }, ['name']],
  [{ name: 'has space' }, ['name']],
  [{ name: 'taken' }, ['name']],
  [{ url: 'witness.example' }, ['url']],
  [{ vkey: 'abc' }, ['vkey']],
  [{ kind: 'timestamp', vkey: '' }, []],
  [{ kind: 'folder', url: '', vkey: '' }, ['path']],
  [{ kind: 'folder', url: '', vkey: '', path: '/mnt/share' }, []],
])('%j is wrong in %j', (change, fields) => {
  expect(Object.keys(mistakesIn({ ...WITNESS, ...change }, ['taken']))).toEqual(fields);
});

it('only what its kind needs goes out', () => {
  expect(specOf(WITNESS)).toEqual({ name: 'w', kind: 'witness', url: 'https://witness.example', vkey: 'witness.example+8a3f01c2+BJk0Qq==' });
  expect(specOf({ ...WITNESS, kind: 'folder', path: '/mnt' })).toEqual({ name: 'w', kind: 'folder', path: '/mnt' });
});
