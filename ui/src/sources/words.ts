// Sources in words: health, credentials, limits.

import type { Auth, Health, Limits, SourceSpec } from '../ipc/host';
import { ago, bytes, count, counted, duration } from '../state/words';

/** `last call 3 min ago`, or that there was none. */
export function lastCall(health: Health, nowMs: number): string {
  return health.last_at === null ? 'never called' : ago(health.last_at, nowMs);
}

/** `3 of 212 failed` */
export function failuresWords({ calls, failures }: Health): string {
  if (calls === 0) return '–';
  return failures === 0 ? `none of ${count(calls)}` : `${count(failures)} of ${count(calls)}`;
}

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
  }
}

/** The name of the secret that the source needs, if it needs one. */
export function secretOf(spec: SourceSpec): string | null {
  return spec.auth.kind === 'none' ? null : spec.auth.secret;
}

export function limitsWords({ in_flight, deadline_ms, result_bytes }: Limits): string {
  return `${counted(in_flight, 'call')} at a time, ${duration(deadline_ms)} each, results up to ${bytes(result_bytes)}`;
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
