// Where models can be had from: what the choice of it says, and the form that it begins.

import type { FoundModel, FoundServer, ModelSpec, Preset, Protocol } from '../ipc/host';
import { NEW_MODEL, usualClearance } from './model';

export const PROTOCOLS: readonly { value: Protocol; words: string }[] = [
  { value: 'openai-chat', words: 'OpenAI Chat Completions' },
  { value: 'openai-responses', words: 'OpenAI Responses' },
  { value: 'anthropic', words: 'Anthropic Messages' },
  { value: 'gemini', words: 'Gemini generateContent' },
  { value: 'ollama', words: 'Ollama chat' },
  { value: 'cohere', words: 'Cohere v2 chat' },
  { value: 'bedrock', words: 'Amazon Bedrock Converse' },
];

export function protocolWords(protocol: Protocol): string {
  return PROTOCOLS.find(({ value }) => value === protocol)?.words ?? protocol;
}

/** What a person must name in an address: `{region}` is the blank `region`. */
export function blanksOf(address: string): string[] {
  return [...new Set([...address.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ''))];
}

/** The address with what was named so far; a blank without a name stays one. */
export function filled(address: string, names: Readonly<Record<string, string>>): string {
  return address.replace(/\{(\w+)\}/g, (blank, name: string) => names[name]?.trim() || blank);
}

/** What a blank asks for. */
export const BLANKS: Record<string, { label: string; hint: string }> = {
  resource: { label: 'Resource', hint: 'The name of your resource at the provider.' },
  region: { label: 'Region', hint: 'Where it runs, such as eu-central-1.' },
};

/** A name that no model has: the wanted one, or it with a number behind. */
export function freeName(wanted: string, taken: readonly string[]): string {
  const base = wanted.replace(/[^A-Za-z0-9\-_.:]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 60) || 'model';
  let name = base;
  for (let number = 2; taken.includes(name); number += 1) name = `${base}-${number}`;
  return name;
}

/** The form for a provider that no preset knows. */
export const ANOTHER: ModelSpec = { ...NEW_MODEL, secret: '' };

/** The form for a preset: all that it says, and a key if it asks for one. An empty name of a key is the model's. */
export function fromPreset(preset: Preset, taken: readonly string[]): ModelSpec {
  const first = preset.endpoints[0];
  return {
    ...NEW_MODEL,
    ...(first && { protocol: first.protocol, base_url: first.base_url }),
    name: freeName(preset.id, taken),
    secret: preset.key.needed ? '' : null,
    clearance: usualClearance(first?.base_url ?? ''),
    preset: preset.id,
  };
}

/** The form for a model of a server on this machine. */
export function fromFound({ preset, protocol, base_url }: FoundServer, { id, capabilities }: FoundModel, taken: readonly string[]): ModelSpec {
  return { ...NEW_MODEL, protocol, base_url, preset, name: freeName(id, taken), model: id, clearance: usualClearance(base_url), capabilities };
}

/** What was looked for, when nothing was found. */
export function lookedFor(presets: readonly Preset[]): string {
  return presets.flatMap(({ title, port }) => (port === null ? [] : [`${title} (port ${port})`])).join(', ');
}
