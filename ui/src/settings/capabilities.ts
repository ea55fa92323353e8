// What a person says of a model, as the form has it; what was not said stays as learnt or as known.

import type { Capabilities, ModelView } from '../ipc/host';
import { dollars } from '../state/spent';
import { count } from '../state/words';

/** Numbers as they are typed, prices in dollars for a million tokens. Empty: nothing is said. */
export interface CapabilityForm {
  context: string;
  input: string;
  cached: string;
  output: string;
  tools: Said;
  parallel: Said;
}

export type Said = '' | 'yes' | 'no';
export type CapabilityErrors = Partial<Record<'context' | 'input' | 'cached' | 'output', string>>;

const MILLION = 1_000_000;
const said = (value: boolean | null): Said => (value === null ? '' : value ? 'yes' : 'no');
const meant = (value: Said): boolean | null => (value === '' ? null : value === 'yes');
const typed = (value: number | null | undefined, unit: number): string => (value == null ? '' : String(value / unit));

export function formOfCapabilities({ context, price, tools, parallel }: Capabilities): CapabilityForm {
  return {
    context: typed(context, 1),
    input: typed(price?.input, MILLION),
    cached: typed(price?.cached, MILLION),
    output: typed(price?.output, MILLION),
    tools: said(tools),
    parallel: said(parallel),
  };
}

/** What the form says, over what it has no field for; or what is wrong with it. */
export function readCapabilities(form: CapabilityForm, before: Capabilities): { capabilities: Capabilities } | { errors: CapabilityErrors } {
  const errors: CapabilityErrors = {};
  const price = (key: 'input' | 'cached' | 'output') => {
    const text = form[key].trim();
    if (text === '') return null;
    if (!/^\d{1,6}(\.\d+)?$/.test(text)) errors[key] = 'Write dollars, such as 3 or 0.15.';
    return Math.round(Number(text) * MILLION);
  };
  const digits = form.context.replace(/[\s,_]/g, '');
  const context = digits === '' ? null : Number(digits);
  if (context !== null && !(/^\d{1,9}$/.test(digits) && context > 0)) errors.context = 'Write a whole number of tokens, such as 128000.';
  const [input, cached, output] = [price('input'), price('cached'), price('output')];
  if (input === null && (output !== null || cached !== null)) errors.input ??= 'A price needs this too.';
  if (output === null && (input !== null || cached !== null)) errors.output ??= 'A price needs this too.';
  if (Object.keys(errors).length > 0) return { errors };
  const both = input !== null && output !== null ? { input, cached, output } : null;
  return { capabilities: { ...before, context, price: both, tools: meant(form.tools), parallel: meant(form.parallel) } };
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
export function placeholder(view: ModelView | null, key: 'context' | 'input' | 'cached' | 'output'): string {
  const found = key === 'context' ? unsaid(view, key) : null;
  if (found) return `${count(found.value)} (${found.from})`;
  if (key === 'context') return 'not known';
  const price = unsaid(view, 'price');
  const value = price?.value[key] ?? null;
  return value === null ? 'not known' : `${value / MILLION} (${price?.from})`;
}

/** The choices of what is so or not; the first says nothing and shows what holds then. */
export function choices(view: ModelView | null, key: 'tools' | 'parallel'): { value: Said; words: string }[] {
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
