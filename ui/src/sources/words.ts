// Sources in words: health, credentials, limits.

import type { AdviceKind, Auth, Health, Limits, Rate, SourceSpec, SourceView, ToolSpec } from '../ipc/host';
import { rateWords, seconds } from '../state/waits';
import { ago, bytes, count, counted, duration } from '../state/words';

/** `3 min ago`, or that there was none. */
export function lastCall(health: Health, nowMs: number): string {
  return health.last_at === null ? 'never called' : ago(health.last_at, nowMs);
}

/** `3 of 212 (2 %)`, of the last seven days. */
export function failuresWords({ calls, failures }: Health): string {
  if (calls === 0) return '–';
  if (failures === 0) return `none of ${count(calls)}`;
  // Rounded up: a failure is never none.
  return `${count(failures)} of ${count(calls)} (${Math.ceil((failures * 100) / calls)} %)`;
}

/** The sources in whose name, address or tools every word stands. */
export function sourcesWith(sources: readonly SourceView[], words: string): SourceView[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return sources.filter(({ spec }) => {
    const text = `${spec.name} ${placeOf(spec)} ${spec.label.level} ${spec.tools.map(({ name }) => name).join(' ')}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

/** What kind of API it is. */
export const KINDS: Record<SourceSpec['kind'], string> = { http: 'HTTP', mcp: 'MCP' };

/** Whether so many calls fail that a person should look. */
export function ails({ calls, failures }: Health): boolean {
  return calls > 0 && failures / calls >= 0.1;
}

/** How the source knows who asks. */
export function authWords(auth: Auth): string {
  switch (auth.kind) {
    case 'none':
      return 'asks for no key';
    case 'bearer':
      return 'Bearer token';
    case 'basic':
      return `password of ${auth.user}`;
    case 'api_key':
      return `key in the ${auth.place === 'query' ? 'query parameter' : auth.place} ${auth.name}`;
    case 'oauth2_client':
      return `tokens of ${hostOf(auth.token_url)} for the client ${auth.client_id}`;
    case 'oauth2_code':
      return `your sign-in at ${hostOf(auth.authorize_url)}`;
    case 'aws_sigv4':
      return `AWS signature for ${auth.service} in ${auth.region}`;
    case 'hmac':
      return `signature (HMAC, ${auth.recipe.algorithm}) in ${Object.keys(auth.recipe.headers).join(', ')}`;
  }
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

/** The name of the secret that the source needs, if it needs one. */
export function secretOf(spec: SourceSpec): string | null {
  return spec.auth.kind === 'none' ? null : spec.auth.secret;
}

/** What a piece of advice is about, in a few words. */
export const ADVICE: Record<AdviceKind, string> = {
  list_of_ids: 'Takes a list where one would do',
  shared_state: 'Calls wait for one another',
  shared_limit: 'Shares a limit',
  no_idempotency_header: 'Writes are sent once only',
  hidden_dependency: 'Needs another tool’s result',
  whole_source: 'Touches the whole source',
  no_rate: 'No limit of requests',
};

/** `20 requests a second, 40 at once`; that there is none otherwise. */
export function rateLine(rate: Rate | null | undefined): string {
  return rate ? `${rateWords(rate.milli_per_second)}, ${count(rate.burst)} at once` : 'no limit of requests a second';
}

/** Whether it takes calls now; empty if it does. */
export function stateWords({ paused, asks_to_wait_ms }: SourceView): string {
  if (paused) return 'paused by you';
  return asks_to_wait_ms > 0 ? `asks to wait ${seconds(asks_to_wait_ms)}` : '';
}

/** Where it is: its address, or the program with its arguments. */
export function placeOf({ base_url, mcp }: SourceSpec): string {
  return mcp?.transport.kind === 'stdio' ? [mcp.transport.command, ...mcp.transport.args].join(' ') : base_url;
}

/** How many of its tools wait for a person; empty if none does. */
export function heldWords({ mcp }: SourceSpec): string {
  const held = mcp?.held?.length ?? 0;
  return held === 0 ? '' : `${counted(held, 'tool')} held`;
}

export function limitsWords({ in_flight, rate, deadline_ms, result_bytes }: Limits): string {
  return `${counted(in_flight, 'call')} at a time, ${rateLine(rate)}, ${duration(deadline_ms)} each, results up to ${bytes(result_bytes)}`;
}

/** Beside what a tool's calls run. */
export function runsWords({ effect, exclusive }: ToolSpec): string {
  if (exclusive) return 'alone: nothing else of the same answer beside it';
  return effect === 'read'
    ? 'beside other reads; it waits for what writes the same'
    : 'in the model’s order with whatever touches the same, beside the rest';
}

/** `3 tools: 2 read, 1 write` */
export function toolsWords({ tools }: SourceSpec): string {
  const reads = tools.filter(({ effect }) => effect === 'read').length;
  const writes = tools.length - reads;
  const parts = [reads > 0 && counted(reads, 'read', 'read'), writes > 0 && counted(writes, 'write', 'write')].filter(Boolean);
  return `${counted(tools.length, 'tool')}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}`;
}

/** A file to begin from. It is checked like any other: what is wrong with it once changed is said as one types. */
export const EXAMPLE = `name = "orders"
kind = "http"
base_url = "https://orders.example.com/api"
label = { level = "confidential", categories = ["contact", "financial"] }
auth = { kind = "bearer", secret = "orders_token" }

[[tool]]
name = "list_orders"
description = "Orders of a region, twenty a page"
method = "GET"
path = "/orders"
[tool.input]
type = "object"
properties.region = { type = "string" }
properties.page = { type = "integer" }

[[tool]]
name = "get_order"
description = "One order by id"
method = "GET"
path = "/orders/{id}"
[tool.input]
type = "object"
required = ["id"]
properties.id = { type = "integer" }
`;
