// What the fake's program says of definitions: advice on tools, and what of arguments does not fit.

import type { Advice, SourceSpec, SourceView, ToolSpec } from '../bindings';

/** Advice on the sources: a few of the kinds that there are. */
export function lint(sources: readonly SourceView[]): Advice[] {
  return sources.flatMap(({ spec }) => [...noHeader(spec), ...noRate(spec), ...sharedState(spec)]);
}

function noHeader(spec: SourceSpec): Advice[] {
  const writes = spec.tools.filter(({ effect }) => effect === 'write');
  if (writes.length === 0 || spec.idempotency_header || spec.mcp) return [];
  return [
    {
      source: spec.name,
      tools: writes.map(({ name }) => `${spec.name}.${name}`),
      kind: 'no_idempotency_header',
      words: `${writes.map(({ name }) => name).join(', ')} writes, and nothing lets ${spec.name} know a second request as the same.`,
      mend: 'Name the header in which it takes such a key, as in idempotency_header = "Idempotency-Key", if it has one.',
    },
  ];
}

function noRate({ name, limits }: SourceSpec): Advice[] {
  if (limits.rate) return [];
  const mend = 'Write what its makers allow, as in limits = { per_second = 20, burst = 40 }.';
  return [{ source: name, tools: [], kind: 'no_rate', words: `${name} has no limit of requests per second: a large batch may be turned away.`, mend }];
}

function sharedState({ name, tools }: SourceSpec): Advice[] {
  const writes = tools.filter(({ effect }) => effect !== 'read');
  const both = writes.flatMap((write) => tools.filter((tool) => tool.effect === 'read' && write.resource === tool.resource));
  if (both.length === 0) return [];
  const names = [...new Set([...writes, ...both].map((tool) => `${name}.${tool.name}`))];
  const words = `${names.join(' and ')} touch the same resource, so their calls wait for one another.`;
  return [{ source: name, tools: names, kind: 'shared_state', words, mend: 'Give each the resource that it really touches, if that is less.' }];
}

/** A sentence for each thing of the arguments that the schema of the tool does not take. */
export function misfits(sources: readonly SourceView[], wanted: string, args: string): string[] {
  const [source, name] = wanted.split('.');
  const tool = sources.find(({ spec }) => spec.name === source)?.spec.tools.find((one) => one.name === name);
  return tool ? misfitsOf(tool, args) : [`No tool \`${wanted}\` is connected.`];
}

/** Likewise, of a tool that need not be connected. */
export function misfitsOf(tool: ToolSpec, args: string): string[] {
  let value: unknown;
  try {
    value = JSON.parse(args);
  } catch (error) {
    return [`This is not JSON: ${error instanceof Error ? error.message : String(error)}.`];
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return ['The arguments are no JSON object.'];
  const schema = tool.input as { properties?: Record<string, { type?: string; enum?: unknown[] }>; required?: string[] };
  const given = value as Record<string, unknown>;
  const missing = (schema.required ?? []).filter((key) => !(key in given)).map((key) => `\`${key}\` is missing.`);
  const wrong = Object.entries(given).flatMap(([key, is]) => {
    const want = schema.properties?.[key];
    if (!want) return [`\`${key}\` is not known.`];
    if (want.enum && !want.enum.includes(is)) return [`\`${key}\` is none of ${want.enum.join(', ')}.`];
    const type = Number.isInteger(is) ? 'integer' : typeof is;
    return want.type && ['string', 'integer', 'number', 'boolean'].includes(want.type) && want.type !== type && !(want.type === 'number' && type === 'integer') ? [`\`${key}\` is no ${want.type}.`] : [];
  });
  return [...missing, ...wrong];
}
