import { describe, expect, it } from 'vitest';

import type { ModelView, Preset } from '../ipc/host';
import { choices, formOfCapabilities, placeholder, priceWords, readCapabilities, sourceOf } from './capabilities';
import { NEW_MODEL, NOTHING_SAID } from './model';
import { blanksOf, filled, freeName, fromFound, fromPreset, lookedFor } from './preset';

const SAID = { ...NOTHING_SAID, context: 128_000, price: { input: 3_000_000, cached: 300_000, output: 15_000_000 }, tools: true };
const view = (said: object, learnt: object, effective: object): ModelView => ({
  spec: { ...NEW_MODEL, capabilities: { ...NOTHING_SAID, ...said } },
  secret_present: true,
  learnt: { ...NOTHING_SAID, ...learnt },
  capabilities: { ...NOTHING_SAID, ...effective },
});

describe('what is said of a model', () => {
  it('comes back from the form as it went in, and an empty form says nothing', () => {
    for (const capabilities of [SAID, NOTHING_SAID, { ...SAID, max_output: 8192, streaming: false, parallel: true }]) {
      expect(readCapabilities(formOfCapabilities(capabilities))).toEqual({ capabilities });
    }
  });

  it('is a whole price or none, in numbers', () => {
    const wrong = (change: object) => {
      const read = readCapabilities({ ...formOfCapabilities(SAID), ...change });
      return 'errors' in read ? Object.keys(read.errors) : [];
    };
    expect(wrong({ output: '' })).toEqual(['output']);
    expect(wrong({ input: '', output: '' })).toEqual(['input', 'output']);
    expect(wrong({ input: '3 dollars' })).toEqual(['input']);
    expect([wrong({ maxOutput: '0' }), wrong({ maxOutput: '200000' }), wrong({ maxOutput: '128000' })]).toEqual([['maxOutput'], ['maxOutput'], []]);
    expect([wrong({ context: '0' }), wrong({ context: 'big' }), wrong({ context: '128,000' })]).toEqual([['context'], ['context'], []]);
  });

  it('stands before what was learnt, and that before what is known', () => {
    const known = view({}, {}, { context: 200_000, price: SAID.price, tools: true });
    expect([placeholder(known, 'context'), placeholder(known, 'input'), choices(known, 'tools')[0]?.words]).toEqual(['200,000 (known)', '3 (known)', 'known: yes']);
    const learnt = view({ context: 5 }, { context: 9, parallel: false }, { context: 5, parallel: false });
    expect([placeholder(learnt, 'context'), choices(learnt, 'parallel')[0]?.words]).toEqual(['9 (learnt)', 'learnt: no']);
    expect([sourceOf(learnt, 'context'), sourceOf(learnt, 'parallel'), sourceOf(known, 'price')]).toEqual(['said by you', 'learnt', 'known']);
    expect([placeholder(null, 'output'), placeholder(view({ context: 5 }, {}, { context: 5 }), 'context')]).toEqual(['not known', 'not known']);
    const small = view({}, { max_output: 4096, streaming: false }, { max_output: 4096, streaming: false });
    expect([placeholder(small, 'maxOutput'), choices(small, 'streaming')[0]?.words]).toEqual(['4,096 (learnt)', 'learnt: no']);
    expect(priceWords(SAID)).toBe('$3.00 / $15.00');
  });
});

describe('a preset', () => {
  const AZURE = 'https://{resource}.openai.azure.com/{region}/v1';
  const preset: Preset = {
    id: 'azure-openai',
    title: 'Azure OpenAI',
    endpoints: [{ protocol: 'openai-chat', base_url: AZURE }],
    key: { place: { header: 'api-key' }, needed: true, page: null },
    port: 4000,
    quirks: { in_order: false, parallel_tool_calls: true, stream_options: true, nine_letter_ids: false, content_beside_calls: true, limit: 'max_tokens' },
  };

  it('asks for the blanks of its address by name', () => {
    expect(blanksOf(AZURE)).toEqual(['resource', 'region']);
    expect(filled(AZURE, { resource: ' acme ', region: '' })).toBe('https://acme.openai.azure.com/{region}/v1');
  });

  it('fills in the form under a name that is free', () => {
    expect(fromPreset(preset, ['azure-openai'])).toMatchObject({ name: 'azure-openai-2', protocol: 'openai-chat', base_url: AZURE, secret: '', preset: 'azure-openai' });
    const server = { preset: 'ollama', title: 'Ollama', protocol: 'ollama' as const, base_url: 'http://127.0.0.1:11434', models: [] };
    const form = fromFound(server, { id: 'org/qwen3:8b', capabilities: SAID, connected: null }, []);
    expect(form).toMatchObject({ name: 'org-qwen3:8b', model: 'org/qwen3:8b', secret: null, clearance: 'restricted', capabilities: SAID });
    expect([freeName('…', []), lookedFor([preset, { ...preset, port: null }])]).toEqual(['model', 'Azure OpenAI (port 4000)']);
  });
});
