// Where models can be had from in the fake, what it found on this machine, and what its models used.

import type { DaySpent, FoundServer, Preset, Spent } from '../bindings';
import { UNKNOWN } from './company';

const QUIRKS: Preset['quirks'] = {
  in_order: false,
  parallel_tool_calls: true,
  stream_options: true,
  nine_letter_ids: false,
  content_beside_calls: true,
  limit: 'max_tokens',
};

/** What a turn used of the rehearsal model, which costs nothing that anybody knows. */
export const NOTHING_SPENT: Spent = {
  requests: 0,
  failures: 0,
  usage: { input: 0, output: 0 },
  cost: 0,
  unpriced: 0,
  took_ms: 0,
};

export function presets(): Preset[] {
  return [
    {
      id: 'openai',
      title: 'OpenAI',
      endpoints: [
        { protocol: 'openai-chat', base_url: 'https://api.openai.com/v1' },
        { protocol: 'openai-responses', base_url: 'https://api.openai.com/v1' },
      ],
      key: { place: 'bearer', needed: true, page: 'https://platform.openai.com/api-keys' },
      port: null,
      quirks: { ...QUIRKS, in_order: true, limit: 'max_completion_tokens' },
    },
    {
      id: 'azure-openai',
      title: 'Azure OpenAI',
      endpoints: [{ protocol: 'openai-chat', base_url: 'https://{resource}.openai.azure.com/openai/v1' }],
      key: { place: { header: 'api-key' }, needed: true, page: 'https://portal.azure.com' },
      port: null,
      quirks: { ...QUIRKS, limit: 'max_completion_tokens' },
    },
    {
      id: 'ollama',
      title: 'Ollama',
      endpoints: [{ protocol: 'ollama', base_url: 'http://127.0.0.1:11434' }],
      key: { place: 'bearer', needed: false, page: null },
      port: 11434,
      quirks: { ...QUIRKS, parallel_tool_calls: false },
    },
  ];
}

export function found(): FoundServer[] {
  const models = [{ id: 'qwen3:8b', capabilities: { ...UNKNOWN, tools: true, context: 40_960 }, connected: null }];
  return [{ preset: 'ollama', title: 'Ollama', protocol: 'ollama', base_url: 'http://127.0.0.1:11434', models }];
}

/** The last three days that began after `since`, in microseconds. */
export function spentByDay(now: number, since: number): DaySpent[] {
  const DAY = 86_400_000_000;
  const today = Math.floor(now / DAY) * DAY;
  const spent = { requests: 12, failures: 1, usage: { input: 184_000, output: 9_200 }, cost: 690_000, unpriced: 0, took_ms: 48_000 };
  return [0, 1, 2].map((ago) => ({ at: today - ago * DAY, model: 'cloud', spent })).filter(({ at }) => at + DAY > since);
}
