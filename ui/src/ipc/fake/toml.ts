// Source files as the fake reads them: the lines of docs/cli.md and no other TOML. Enough to try the editor.

import type { Auth, Category, Effect, Label, Level, Limits, Method, Mistake, SourceCheck, SourceSpec, ToolSpec } from '../bindings';
import { LEVELS } from '../../state/label';

const NAME = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;
const KEYS = ['name', 'kind', 'base_url', 'private_network', 'label', 'auth', 'tls', 'limits', 'headers', 'idempotency_header'];
const TOOL_KEYS = ['name', 'description', 'method', 'path', 'effect', 'resource', 'exclusive', 'label'];
const LIMITS = ['in_flight', 'per_second', 'burst', 'deadline', 'result_bytes'];

type Lines = Map<string, { line: number; value: string }>;

/** The source that the text describes, or every mistake that the fake knows of. */
export function checkToml(toml: string): SourceCheck {
  const mistakes: Mistake[] = [];
  const wrong = (line: number, key: string, value: string, problem: string, fix: string) =>
    mistakes.push({ line, key, value, problem, fix });
  const top: Lines = new Map();
  const tools: { at: number; lines: Lines; properties: Record<string, unknown>; required: string[] }[] = [];
  let section = top;
  let input = false;
  toml.split('\n').forEach((text, index) => {
    const line = index + 1;
    const bare = text.trim();
    if (bare === '' || bare.startsWith('#')) return;
    if (bare === '[[tool]]') {
      section = new Map();
      input = false;
      tools.push({ at: line, lines: section, properties: {}, required: [] });
      return;
    }
    if (bare === '[tool.input]') {
      input = true;
      return;
    }
    const found = /^([\w.]+)\s*=\s*(.+)$/.exec(bare);
    if (!found) {
      wrong(line, '', bare.slice(0, 40), 'this is not TOML', 'write key = value');
      return;
    }
    const [, key = '', value = ''] = found;
    const tool = tools.at(-1);
    if (input && tool) {
      const type = /type\s*=\s*"(\w+)"/.exec(value)?.[1];
      if (key.startsWith('properties.') && type) tool.properties[key.slice(11)] = { type };
      if (key === 'required') tool.required = [...value.matchAll(/"(\w+)"/g)].map((match) => match[1] ?? '');
      return;
    }
    const known = section === top ? KEYS : TOOL_KEYS;
    if (!known.includes(key)) wrong(line, key, value, 'there is no such key', `use one of ${known.join(', ')}`);
    section.set(key, { line, value });
  });

  const text = (of: Lines, key: string) => /^"(.*)"$/.exec(of.get(key)?.value ?? '')?.[1] ?? '';
  const needed = (of: Lines, at: number, key: string, good: RegExp, problem: string, fix: string) => {
    const value = text(of, key);
    if (!good.test(value)) wrong(of.get(key)?.line ?? at, key, of.get(key)?.value ?? '', value ? problem : 'it is missing', fix);
    return value;
  };
  const name = needed(top, 1, 'name', NAME, 'it can’t name a source', 'use lower-case letters, digits and single `_`');
  const base_url = needed(top, 1, 'base_url', /^https?:\/\/\S+$/, 'it is no http or https address', 'write base_url = "https://crm.example.com/api"');
  const label = readLabel(top.get('label')?.value) ?? { level: 'confidential', categories: [] };
  const secret = /secret\s*=\s*"([\w.-]+)"/.exec(top.get('auth')?.value ?? '')?.[1];
  const auth: Auth = secret ? { kind: 'bearer', secret } : { kind: 'none' };
  const specs = tools.map<ToolSpec>(({ at, lines, properties, required }) => {
    const method = needed(lines, at, 'method', /^(GET|HEAD|OPTIONS|POST|PUT|PATCH|DELETE)$/, 'it is no method', 'write method = "GET"') as Method;
    const path = needed(lines, at, 'path', /^\//, 'it does not begin with `/`', 'write path = "/customers/{id}"');
    const usual: Effect = /^(GET|HEAD|OPTIONS)$/.test(method) ? 'read' : /^(PUT|DELETE)$/.test(method) ? 'idempotent_write' : 'write';
    const effect = (text(lines, 'effect') || usual) as Effect;
    return {
      name: needed(lines, at, 'name', NAME, 'it can’t name a tool', 'use lower-case letters, digits and single `_`'),
      description: text(lines, 'description'),
      method,
      path,
      effect,
      resource: text(lines, 'resource') || path,
      exclusive: lines.get('exclusive')?.value === 'true',
      label: readLabel(lines.get('label')?.value) ?? label,
      input: { type: 'object', properties, required },
    };
  });
  const limited = top.get('limits');
  for (const [, key = ''] of limited?.value.matchAll(/(\w+)\s*=/g) ?? []) {
    if (!LIMITS.includes(key)) wrong(limited?.line ?? 1, `limits.${key}`, '', 'there is no such key', `use one of ${LIMITS.join(', ')}`);
  }
  if (mistakes.length > 0) return { spec: null, mistakes: mistakes.sort((a, b) => a.line - b.line) };
  const limits = limitsOf(limited);
  return { spec: { name, kind: 'http', base_url, label, auth, limits, headers: {}, idempotency_header: text(top, 'idempotency_header') || null, tools: specs }, mistakes };
}

function limitsOf(limited: { value: string } | undefined): Limits {
  const number = (key: string) => Number(new RegExp(`\\b${key}\\s*=\\s*([\\d.]+)`).exec(limited?.value ?? '')?.[1] ?? NaN);
  const perSecond = number('per_second');
  const rate = perSecond > 0 ? { milli_per_second: Math.round(perSecond * 1000), burst: number('burst') || Math.max(1, Math.round(perSecond)) } : null;
  return { in_flight: number('in_flight') || 16, rate, deadline_ms: 20_000, result_bytes: 4 << 20 };
}

function readLabel(text: string | undefined): Label | null {
  const level = /level\s*=\s*"(\w+)"/.exec(text ?? '')?.[1] as Level | undefined;
  if (!level || !LEVELS.includes(level)) return null;
  const list = /categories\s*=\s*\[(.*?)\]/.exec(text ?? '')?.[1] ?? '';
  return { level, categories: [...list.matchAll(/"(\w+)"/g)].map((match) => match[1] as Category) };
}

/** A file that reads back as the source. */
export function tomlOf({ name, base_url, label, auth, limits, idempotency_header, tools }: SourceSpec): string {
  const words = label.categories.map((category) => `"${category}"`).join(', ');
  const head = [
    `name = "${name}"`,
    'kind = "http"',
    `base_url = "${base_url}"`,
    `label = { level = "${label.level}", categories = [${words}] }`,
    auth.kind === 'none' ? 'auth = { kind = "none" }' : `auth = { kind = "bearer", secret = "${auth.secret}" }`,
    `limits = { in_flight = ${limits.in_flight}${limits.rate ? `, per_second = ${limits.rate.milli_per_second / 1000}, burst = ${limits.rate.burst}` : ''} }`,
    ...(idempotency_header ? [`idempotency_header = "${idempotency_header}"`] : []),
  ];
  const rest = tools.map((tool) => {
    const { properties = {}, required = [] } = tool.input as { properties?: Record<string, { type: string }>; required?: string[] };
    return [
      '',
      '[[tool]]',
      `name = "${tool.name}"`,
      `description = "${tool.description}"`,
      `method = "${tool.method}"`,
      `path = "${tool.path}"`,
      `resource = "${tool.resource}"`,
      ...(tool.exclusive ? ['exclusive = true'] : []),
      '[tool.input]',
      'type = "object"',
      ...(required.length > 0 ? [`required = [${required.map((one) => `"${one}"`).join(', ')}]`] : []),
      ...Object.entries(properties).map(([key, { type }]) => `properties.${key} = { type = "${type}" }`),
    ].join('\n');
  });
  return `${[...head, ...rest].join('\n')}\n`;
}
