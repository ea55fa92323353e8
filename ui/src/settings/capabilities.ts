// What a person says of a model, as the form has it; what was not said stays as learnt or as known.

import type { Capabilities, ModelView } from '../ipc/host';
import { dollars } from '../state/spent';
import { count } from '../state/words';

/** Numbers as they are typed, prices in dollars for a million tokens. Empty: nothing is said. */
export interface CapabilityForm {
  context: string;
  maxOutput: string;
  input: string;
  cached: string;
  output: string;
  tools: Said;
  parallel: Said;
  streaming: Said;
}

export type Said = '' | 'yes' | 'no';
export type CapabilityErrors = Partial<Record<'context' | 'maxOutput' | 'input' | 'cached' | 'output', string>>;

const MILLION = 1_000_000;
const said = (value: boolean | null): Said => (value === null ? '' : value ? 'yes' : 'no');
const meant = (value: Said): boolean | null => (value === '' ? null : value === 'yes');
const typed = (value: number | null | undefined, unit: number): string => (value == null ? '' : String(value / unit));

export function formOfCapabilities({ context, max_output, price, tools, parallel, streaming }: Capabilities): CapabilityForm {
  return {
    context: typed(context, 1),
    maxOutput: typed(max_output, 1),
    input: typed(price?.input, MILLION),
    cached: typed(price?.cached, MILLION),
    output: typed(price?.output, MILLION),
    tools: said(tools),
    parallel: said(parallel),
    streaming: said(streaming),
  };
}

/** What the form says, or what is wrong with it. */
export function readCapabilities(form: CapabilityForm): { capabilities: Capabilities } | { errors: CapabilityErrors } {
  const errors: CapabilityErrors = {};
  const price = (key: 'input' | 'cached' | 'output') => {
    const text = form[key].trim();
    if (text === '') return null;
    if (!/^\d{1,6}(\.\d+)?$/.test(text)) errors[key] = 'Write dollars, such as 3 or 0.15.';
    return Math.round(Number(text) * MILLION);
  };
  const tokens = (key: 'context' | 'maxOutput', example: number) => {
    const digits = form[key].replace(/[\s,_]/g, '');
    if (digits === '') return null;
    if (!/^0*[1-9]\d{0,8}$/.test(digits)) errors[key] = `Write a whole number of tokens, such as ${example}.`;
    return Number(digits);
  };
  const [context, max_output] = [tokens('context', 128_000), tokens('maxOutput', 8192)];
  if (context !== null && max_output !== null && max_output > context) errors.maxOutput ??= 'An answer is a part of the context: write no more than that.';
  const [input, cached, output] = [price('input'), price('cached'), price('output')];
  if (input === null && (output !== null || cached !== null)) errors.input ??= 'A price needs this too.';
  if (output === null && (input !== null || cached !== null)) errors.output ??= 'A price needs this too.';
  if (Object.keys(errors).length > 0) return { errors };
  const both = input !== null && output !== null ? { input, cached, output } : null;
  const [tools, parallel, streaming] = [meant(form.tools), meant(form.parallel), meant(form.streaming)];
  return { capabilities: { context, max_output, price: both, tools, parallel, streaming } };
}

/** What holds as long as nobody says otherwise, and from where that is. */
export function unsaid<Key extends keyof Capabilities>(view: ModelView | null, key: Key): { value: NonNullable<Capabilities[Key]>; from: 'learnt' | 'known' } | null {
  if (!view) return null;
  const learnt = view.learnt[key];
  if (learnt !== null) return { value: learnt, from: 'learnt' };
  // What holds is what was said here: what is known below it can't be told.
  const known = view.spec.capabilities[key] === null ? view.capabilities[key] : null;
  return known === null ? null : { value: known, from: 'known' };
}

/** `200,000 (known)`, in a field in which nothing is said. */
export function placeholder(view: ModelView | null, key: 'context' | 'maxOutput' | 'input' | 'cached' | 'output'): string {
  if (key === 'context' || key === 'maxOutput') {
    const found = unsaid(view, key === 'context' ? key : 'max_output');
    return found ? `${count(found.value)} (${found.from})` : 'not known';
  }
  const price = unsaid(view, 'price');
  const value = price?.value[key] ?? null;
  return value === null ? 'not known' : `${value / MILLION} (${price?.from})`;
}

/** The choices of what is so or not; the first says nothing and shows what holds then. */
export function choices(view: ModelView | null, key: 'tools' | 'parallel' | 'streaming'): { value: Said; words: string }[] {
  const found = unsaid(view, key);
  const first = found ? `${found.from}: ${found.value ? 'yes' : 'no'}` : 'not known; a test learns it';
  return [
    { value: '', words: first },
    { value: 'yes', words: 'yes' },
    { value: 'no', words: 'no' },
  ];
}

/** Where a value that holds is from. */
export function sourceOf({ spec, learnt }: ModelView, key: keyof Capabilities): string {
  if (spec.capabilities[key] !== null) return 'said by you';
  return learnt[key] !== null ? 'learnt' : 'known';
}

/** `200k`, `1m`: a context in as few letters as a table has room for. */
export function contextWords(context: number | null): string {
  if (context === null) return '';
  if (context >= MILLION) return `${Number((context / MILLION).toFixed(1))}m`;
  return context >= 1000 ? `${Math.round(context / 1000)}k` : String(context);
}

/** `$3.00 / $15.00`: for a million tokens in and out. */
export function priceWords({ price }: Capabilities): string {
  return price === null ? '' : price.input + price.output === 0 ? 'free' : `${dollars(price.input)} / ${dollars(price.output)}`;
}
