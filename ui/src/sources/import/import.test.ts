import { describe, expect, it } from 'vitest';

import { fakeHost } from '../../ipc/fake';
import type { FoundTool, Label } from '../../ipc/host';
import { handedOver, recognised } from './bring';
import { changeWords, found, labelOf, pickedFirst, pickOf, tagsOf, withChosen, withEffect, withLabel } from './pick';

const tool = (at: number, name: string, tags: string[] = []): FoundTool => ({
  at, name, description: `What ${name} does`, method: 'GET', path: `/${name}/{id}`, effect: 'read', tags, paging: null, notes: [],
});
const TOOLS = [tool(0, 'orders', ['sales']), tool(2, 'invoices', ['sales', 'money']), tool(3, 'people')];
const SOURCE: Label = { level: 'internal', categories: ['contact'] };

describe('what was pasted', () => {
  it.each([
    ["curl -X POST https://a.example -d '{}'", 'curl'],
    ['$ curl https://a.example', 'curl'],
    ['{"info":{"_postman_id":"1","schema":"https://schema.getpostman.com/json/collection/v2.1.0/collection.json"}}', 'postman'],
    ['{"_type":"export","__export_format":4}', 'insomnia'],
    ['type: collection.insomnia.rest/5.0\nname: x', 'insomnia'],
    ['openapi: 3.1.0\ninfo: {}', 'openapi'],
    ['{"info":{},"swagger":"2.0"}', 'openapi'],
    ['Dear Ada, the API is at', null],
  ])('is recognised: %s', (text, kind) => expect(recognised(text)).toBe(kind));

  it('goes over in pieces, each whole characters', async () => {
    const host = fakeHost({ past: false, speed: 1000 });
    const pieces: string[] = [];
    host.importPiece = (_, piece) => Promise.resolve(void pieces.push(piece));
    const text = `${'a'.repeat((1 << 19) - 1)}😀${'é'.repeat(1 << 19)}`;
    const seen: number[] = [];
    await handedOver(host, { words: 'the text', text }, (done, total) => seen.push(done / total));
    expect(pieces.join('') === text && pieces.length > 2 && !pieces.some((piece) => /[\uD800-\uDBFF]$/.test(piece))).toBe(true);
    expect(seen.at(-1)).toBe(1);
    pieces.length = 0;
    await handedOver(host, { words: 'a file', file: new Blob([text]) }, () => {});
    expect(pieces.join('') === text).toBe(true);
  });
});

describe('what is picked', () => {
  it('is all of a few, and of many none', () => {
    expect([...pickedFirst(TOOLS, null).chosen]).toEqual([0, 2, 3]);
    const many = Array.from({ length: 1000 }, (_, at) => tool(at, `t${at}`));
    expect(pickedFirst(many, null).chosen.size).toBe(0);
  });

  it('is what the source has, where it was imported before', () => {
    const changes = { known: true, tools: [{ at: 2, effect: 'write' as const, label: SOURCE, otherwise: ['name'] }], gone: [] };
    const picked = pickedFirst(TOOLS, changes);
    expect(pickOf(picked, TOOLS, { name: 'a', label: SOURCE, auth: { kind: 'none' }, follow: null }).tools).toEqual([{ at: 2, effect: 'write', label: SOURCE }]);
    expect([0, 2].map((at) => changeWords(changes, at))).toEqual(['new', 'changed: name']);
  });

  it('is found by words and tag, and chosen as it is shown', () => {
    expect(found(TOOLS, 'does inv', '').map(({ at }) => at)).toEqual([2]);
    expect(found(TOOLS, '', 'sales').map(({ at }) => at)).toEqual([0, 2]);
    expect(tagsOf(TOOLS)).toEqual([{ tag: 'sales', tools: 2 }, { tag: 'money', tools: 1 }]);
    const none = withChosen(pickedFirst(TOOLS, null), TOOLS, false);
    expect([...withChosen(none, found(TOOLS, '', 'sales'), true).chosen]).toEqual([0, 2]);
  });

  it('has the effect that was set, and never less than the source’s label', () => {
    const first = TOOLS[0] as FoundTool;
    const picked = withLabel(withEffect(pickedFirst(TOOLS, null), 0, 'write'), 0, { level: 'public', categories: ['legal'] });
    expect(labelOf(picked, first, SOURCE)).toEqual({ level: 'internal', categories: ['contact', 'legal'] });
    expect(pickOf(picked, [first], { name: 'a', label: SOURCE, auth: { kind: 'none' }, follow: null }).tools[0]?.effect).toBe('write');
  });
});
