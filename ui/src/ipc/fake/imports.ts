// Descriptions as the fake reads them: OpenAPI in JSON, and a curl command. Enough to play every screen of an import.

import type { Auth, Effect, FoundTool, ImportChanges, ImportFetched, ImportInput, ImportOffer, ImportPreview, Method, Paging, PickInput, SourceSpec, ToolSpec } from '../bindings';
import { join } from '../../state/label';

type Fields = Readonly<Record<string, unknown>>;

/** A description that was read: what is shown of it, and its tools whole. */
export interface FakeImport {
  readonly preview: ImportPreview;
  readonly tools: ReadonlyMap<number, ToolSpec>;
}

/** What the fake's network has: one document, one host that sends on to it, and nothing else. */
export function fetchedFrom(address: string): { text: string | null; answer: ImportFetched } | string {
  const { host } = new URL(address);
  if (host === 'docs.example.com') return { text: null, answer: { address: null, elsewhere: DOCUMENT.at } };
  if (host !== 'stock.example.com') return `${host}:443 can’t be reached: the name was not found; nothing was sent`;
  return { text: DOCUMENT.text, answer: { address: DOCUMENT.at, elsewhere: null } };
}

const DOCUMENT = {
  at: 'https://stock.example.com/openapi.json',
  text: JSON.stringify({
    openapi: '3.1.0',
    info: { title: 'Stock' },
    servers: [{ url: 'https://stock.example.com/v2' }],
    'x-elsewhere': [{ origin: 'https://schemas.example.com', documents: 2 }],
    paths: {
      '/items': { get: { operationId: 'listItems', summary: 'All items, a page at a time', parameters: [{ name: 'page', schema: { type: 'integer' } }] } },
      '/items/{id}': { get: { operationId: 'getItem', summary: 'One item', parameters: [{ name: 'id', required: true, schema: { type: 'string' } }] } },
    },
  }),
};

/** Reads it; a text that it can't read is a sentence. */
export function readImport(text: string, { kind, server }: ImportInput): FakeImport | string {
  if (text === '') return 'there is no text to read';
  if (kind === 'curl') return ofCurl(text);
  if (kind === 'postman' || kind === 'insomnia') return 'the fake reads OpenAPI in JSON and curl commands only';
  try {
    return ofDocument(JSON.parse(text) as Fields, server);
  } catch {
    return 'it is neither JSON nor YAML: line 1 does not begin a document';
  }
}

function ofDocument(document: Fields, server: string | null): FakeImport {
  const info = fields(document['info']);
  const title = String(info['title'] ?? '');
  const servers = list(document['servers']).map((one) => String(fields(one)['url']));
  const found: FoundTool[] = [];
  const tools = new Map<number, ToolSpec>();
  const skipped: ImportPreview['skipped'] = [];
  let at = 0;
  for (const [path, item] of Object.entries(fields(document['paths']))) {
    for (const [word, operation] of Object.entries(fields(item))) {
      const method = word.toUpperCase();
      const named = fields(operation);
      if (method === 'TRACE') {
        skipped.push({ operation: `${method} ${path}`, reason: 'no tool can send TRACE' });
      } else {
        const tool = toolOf(method as Method, path, named);
        tools.set(at, tool);
        found.push({ at, name: tool.name, description: tool.description, method: tool.method, path, effect: tool.effect, tags: list(named['tags']).map(String), paging: tool.paging ?? null, notes: named['deprecated'] === true ? ['It is deprecated.'] : [] });
      }
      at += 1;
    }
  }
  const name = title.toLowerCase().replace(/[^a-z0-9]+/g, '_').replace(/^_|_$/g, '');
  const offers = Object.entries(fields(fields(document['components'])['securitySchemes'])).map(([scheme, one]) => offerOf(scheme, fields(one), found.length));
  return { tools, preview: { title, name: name || null, server: server ?? servers[0] ?? null, servers, offers, needs_key: 'security' in document, tools: found, skipped, notes: [], elsewhere: list(document['x-elsewhere']) as ImportPreview['elsewhere'] } };
}

function toolOf(method: Method, path: string, operation: Fields): ToolSpec {
  const name = String(operation['operationId'] ?? `${method} ${path}`).replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase().replace(/[^a-z0-9]+/g, '_').replace(/^_|_$/g, '');
  const parameters = list(operation['parameters']).map(fields);
  const effect: Effect = method === 'GET' ? 'read' : method === 'PUT' || method === 'DELETE' ? 'idempotent_write' : 'write';
  const properties = Object.fromEntries(parameters.map((one) => [String(one['name']), one['schema'] ?? {}]));
  const required = parameters.filter((one) => one['required'] === true).map((one) => String(one['name']));
  const description = String(operation['summary'] ?? operation['description'] ?? '');
  const label = { level: 'confidential', categories: [] } as const;
  return { name, description, method, path, effect, resource: path, exclusive: false, label: { ...label, categories: [] }, input: { type: 'object', properties, required }, request: null, paging: pagingOf(properties, effect) };
}

function pagingOf(properties: Fields, effect: Effect): Paging | null {
  if (effect !== 'read' || !('page' in properties)) return null;
  return { by: { kind: 'page', parameter: 'page' }, items: '/items', limit: 'limit' in properties ? 'limit' : null };
}

function offerOf(scheme: string, one: Fields, operations: number): ImportOffer {
  const secret = 'key';
  const auth: Auth =
    one['type'] === 'apiKey'
      ? { kind: 'api_key', secret, place: one['in'] === 'query' ? 'query' : 'header', name: String(one['name']) }
      : one['scheme'] === 'basic'
        ? { kind: 'basic', secret, user: 'user' }
        : { kind: 'bearer', secret };
  return { scheme, auth, operations, note: one['type'] === 'oauth2' ? 'It is OAuth 2: store a token that you have.' : null };
}

function ofCurl(text: string): FakeImport | string {
  const address = /https?:\/\/[^\s'"]+/.exec(text)?.[0];
  if (!address) return 'the command names no address';
  const url = new URL(address);
  const method = (/-X\s*(\w+)/.exec(text)?.[1] ?? (/\s-(?:d|-data)/.test(text) ? 'POST' : 'GET')).toUpperCase() as Method;
  const last = url.pathname.split('/').filter(Boolean).at(-1) ?? 'root';
  const parameters = [...url.searchParams.keys()].map((name) => ({ name, schema: { type: 'string' } }));
  const tool = toolOf(method, url.pathname, { operationId: `${method === 'GET' ? 'get' : 'send'}_${last}`, parameters, summary: `${method} ${url.pathname}` });
  const { name, description, path, effect } = tool;
  const bearer = /authorization:\s*bearer/i.test(text);
  const offers: ImportOffer[] = bearer ? [{ scheme: 'the command’s own', auth: { kind: 'bearer', secret: 'key' }, operations: 1, note: 'The token in the command is not kept: paste it below.' }] : [];
  return {
    tools: new Map([[0, tool]]),
    preview: { title: '', name: url.hostname.split('.').at(-2) ?? null, server: url.origin, servers: [url.origin], offers, needs_key: bearer, tools: [{ at: 0, name, description, method, path, effect, tags: [], paging: null, notes: [] }], skipped: [], notes: [], elsewhere: [] },
  };
}

/** The source that was picked. */
export function pickedSource({ preview, tools }: FakeImport, { name, label, auth, follow, tools: picked }: PickInput): SourceSpec {
  const made = picked.flatMap(({ at, effect, label: own }) => {
    const tool = tools.get(at);
    const paging = tool?.paging && effect === 'read' ? { ...tool.paging, follow: follow ?? 1 } : null;
    return tool ? [{ ...tool, effect, label: join(label, own), paging }] : [];
  });
  const limits = { in_flight: 16, rate: null, deadline_ms: 20_000, result_bytes: 4 << 20 };
  return { name, kind: 'http', base_url: preview.server ?? '', label, auth, limits, headers: {}, idempotency_header: null, tools: made };
}

/** What the description says otherwise than the source. */
export function changesOf({ tools }: FakeImport, spec: SourceSpec | undefined): ImportChanges {
  if (!spec) return { known: false, tools: [], gone: [] };
  const same = (a: ToolSpec, b: ToolSpec) => a.method === b.method && a.path === b.path;
  const known = [...tools].flatMap(([at, tool]) => {
    const old = spec.tools.find((one) => same(one, tool));
    if (!old) return [];
    const otherwise = (['name', 'description'] as const).filter((key) => old[key] !== tool[key]);
    return [{ at, effect: old.effect, label: old.label, otherwise: JSON.stringify(old.input) === JSON.stringify(tool.input) ? otherwise : [...otherwise, 'arguments'] }];
  });
  return { known: true, tools: known, gone: spec.tools.filter((old) => ![...tools.values()].some((tool) => same(old, tool))).map(({ name }) => name) };
}

const fields = (value: unknown): Fields => (value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Fields) : {});
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
