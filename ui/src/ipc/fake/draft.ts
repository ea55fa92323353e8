// A source as a form has it, checked by the fake; and the request that a call of its tool would send.

import type { Mistake, RequestPreview, SourceDraft, SourceSpec, ToolSpec } from '../bindings';
import { misfitsOf } from './advice';

const NAME = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;

/** The draft's mistakes; without any, its file (which only the fake reads back) and its tool's request. */
export function draftOf(text: string, at: number | null, args: string): SourceDraft {
  const spec = JSON.parse(text) as SourceSpec;
  const mistakes: Mistake[] = [];
  const wrong = (key: string, value: string, problem: string, fix: string) => mistakes.push({ line: 1, key, value, problem, fix });
  const named = (key: string, value: string) => {
    if (value === '') wrong(key, value, 'it is missing', 'write one');
    else if (!NAME.test(value)) wrong(key, value, `\`${value}\` can't name it: use 1 to 48 lower-case letters, digits and single \`_\``, '');
  };
  named('name', spec.name);
  if (spec.mcp?.transport.kind !== 'stdio' && !/^https?:\/\/\S+$/.test(spec.base_url)) wrong('base_url', spec.base_url, 'it is no http or https address', 'write base_url = "https://crm.example.com/api"');
  spec.tools.forEach((tool, index) => {
    named(`tool[${index + 1}].name`, tool.name);
    if (!tool.path.startsWith('/')) wrong(`tool[${index + 1}].path`, tool.path, 'it does not begin with `/`', 'write path = "/customers/{id}"');
    if (tool.description === '') wrong(`tool[${index + 1}].description`, '', 'it is missing', 'say what it does');
  });
  if (mistakes.length > 0) return { toml: null, mistakes, preview: null };
  const tool = at === null ? undefined : spec.tools[at];
  return { toml: `${DRAFT}${JSON.stringify(spec)}`, mistakes, preview: tool ? requestOf(spec, tool, args) : null };
}

const DRAFT = '# draft: ';

/** The source of a file that `draftOf` made. */
export function ofDraft(toml: string): SourceSpec | null {
  return toml.startsWith(DRAFT) ? (JSON.parse(toml.slice(DRAFT.length)) as SourceSpec) : null;
}

/** The request as it would be recorded. */
export function requestOf(spec: SourceSpec, tool: ToolSpec, args: string): RequestPreview {
  const mistakes = misfitsOf(tool, args);
  if (mistakes.length > 0) return { request: null, mistakes };
  const left = new Map(Object.entries(JSON.parse(args) as Record<string, unknown>));
  const path = tool.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(left.get(name) ?? '');
    left.delete(name);
    return encodeURIComponent(value);
  });
  const body = ['POST', 'PUT', 'PATCH'].includes(tool.method);
  const query = body || left.size === 0 ? '' : `?${[...left].map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`).join('&')}`;
  const { auth } = spec;
  const headers = ['accept: application/json, */*;q=0.5'];
  if (auth.kind === 'bearer') headers.push(`authorization: Bearer {secret:${auth.secret}}`);
  if (auth.kind === 'basic') headers.push(`authorization: Basic base64(${auth.user}:{secret:${auth.secret}})`);
  if (auth.kind === 'api_key') headers.push(auth.place === 'cookie' ? `cookie: ${auth.name}={secret:${auth.secret}}` : `${auth.name.toLowerCase()}: {secret:${auth.secret}}`);
  if (body) headers.push('content-type: application/json');
  return { request: `${tool.method} ${spec.base_url}${path}${query}\n${headers.join('\n')}\n\n${body ? JSON.stringify(Object.fromEntries(left)) : ''}`, mistakes: [] };
}
