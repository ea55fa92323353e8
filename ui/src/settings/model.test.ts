import { describe, expect, it } from 'vitest';

import { modelErrors, NEW_MODEL, timeWords } from './model';

const GOOD = { ...NEW_MODEL, name: 'cloud', base_url: 'https://api.example.com/v1', model: 'large-4' };

describe('the form of a model', () => {
  it('takes a whole one', () => {
    expect(modelErrors(GOOD, ['other'])).toEqual({});
    expect(modelErrors({ ...GOOD, secret: 'cloud_key' }, [])).toEqual({});
  });

  it('says what is missing', () => {
    expect(Object.keys(modelErrors(NEW_MODEL, []))).toEqual(['name', 'base_url', 'model']);
  });

  it('says what can’t be as it is', () => {
    const wrong = (change: object) => Object.keys(modelErrors({ ...GOOD, ...change }, ['taken']));
    expect(wrong({ name: 'taken' })).toEqual(['name']);
    expect(wrong({ name: 'two words' })).toEqual(['name']);
    expect(wrong({ secret: 'sk live/1' })).toEqual(['secret']);
    for (const base_url of ['api.example.com', 'ftp://x', 'https://me:pw@x/v1', 'https://x/v1/chat/completions', 'https://x/v1/messages', 'https://{resource}.x/v1']) {
      expect(wrong({ base_url }), base_url).toEqual(['base_url']);
    }
  });
});

it('says how fast a model answered its test', () => {
  const report = { ok: true, words: '', failure: null, tools: true, parallel: false, first_event_ms: 312, took_ms: 1604, usage: { input: 0, output: 0 }, checks: [] };
  expect(timeWords(report)).toBe('It began to answer after 312 ms and ended after 1.60 s.');
});
