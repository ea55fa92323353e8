// What the form of a model checks before the program does, and what it fills in.

import type { Capabilities, Early, Level, ModelReport, ModelSpec, Parallel } from '../ipc/host';
import { duration } from '../state/words';

/** Nothing is said of it. */
export const NOTHING_SAID: Capabilities = {
  tools: null,
  parallel: null,
  streaming: null,
  context: null,
  max_output: null,
  price: null,
};

export const NEW_MODEL: ModelSpec = {
  name: '',
  title: '',
  protocol: 'openai-chat',
  base_url: '',
  model: '',
  secret: null,
  clearance: 'confidential',
  parallel: 'auto',
  early: 'auto',
  preset: null,
  capabilities: NOTHING_SAID,
};

export const PARALLEL: readonly { value: Parallel; words: string }[] = [
  { value: 'auto', words: 'as the provider does by itself' },
  { value: 'on', words: 'ask for it' },
  { value: 'off', words: 'forbid it' },
];

export const EARLY: readonly { value: Early; words: string; means: string }[] = [
  {
    value: 'auto',
    words: 'where it is sure',
    means: 'A read starts while the model still writes, if its provider is known to say when a call is complete.',
  },
  {
    value: 'on',
    words: 'on',
    means: 'A read starts as soon as the next call begins. If the model changes it afterwards, what came is recorded and not used.',
  },
  { value: 'off', words: 'off', means: 'Nothing starts before the model’s message is complete.' },
];

/** What a clearance lets through. */
export const CLEARANCE: Record<Level, string> = {
  public: 'Nothing but public data is sent to it; all else is hidden from it.',
  internal: 'Public and internal data may be sent to it; what is above is hidden from it.',
  confidential: 'Everything but restricted data may be sent to it; that is hidden from it.',
  restricted: 'Everything may be sent to it. If its server passes on what it is sent, choose less.',
};

/** The clearance of a model that is added without one, as the program has it: all for one on this machine, else confidential. */
export function usualClearance(baseUrl: string): Level {
  try {
    const { hostname } = new URL(baseUrl);
    const here = hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]' || /^127\./.test(hostname);
    return here ? 'restricted' : 'confidential';
  } catch {
    return 'confidential';
  }
}

export type ModelErrors = Partial<Record<'name' | 'base_url' | 'model' | 'secret', string>>;

/** What is wrong with the form, field by field. `others` are the names of the models that are there. */
export function modelErrors(spec: ModelSpec, others: readonly string[]): ModelErrors {
  const errors: ModelErrors = {};
  if (!/^[A-Za-z0-9\-_.:]{1,64}$/.test(spec.name)) errors.name = 'Use 1 to 64 letters, digits, -, _, . or :.';
  else if (others.includes(spec.name)) errors.name = 'Another model has this name.';
  const wrong = addressError(spec.base_url);
  if (wrong) errors.base_url = wrong;
  if (spec.model.trim() === '') errors.model = 'Write the model’s id at its provider.';
  // Unnamed, the key has the model's name; that is said above.
  if (spec.secret !== null && spec.secret !== spec.name && !/^[A-Za-z0-9\-_.]{1,64}$/.test(spec.secret)) {
    errors.secret = 'A key’s name has 1 to 64 letters, digits, -, _ or . – the key itself goes below.';
  }
  return errors;
}

function addressError(text: string): string {
  if (/[{}]/.test(text)) return 'Fill in what stands in braces.';
  let url;
  try {
    url = new URL(text);
  } catch {
    return 'Write an address such as https://api.openai.com/v1.';
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'Begin it with https:// or, on this machine, http://.';
  if (url.username !== '' || url.password !== '') return 'Leave credentials out of the address: the key goes below.';
  const end = /\/(chat\/completions|responses|messages|api\/chat)\/?$/.exec(url.pathname);
  if (end) return `Leave /${end[1]} out: it is added.`;
  return '';
}

/** How fast it answered the test. */
export function timeWords({ first_event_ms, took_ms }: ModelReport): string {
  return `It began to answer after ${duration(first_event_ms)} and ended after ${duration(took_ms)}.`;
}
