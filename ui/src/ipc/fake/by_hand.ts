// A call by hand, as the fake records one.

import type { CallDetail, CallId, CallRow, SourceSpec, SourceView, ToolSpec } from '../bindings';
import { id } from './ids';
import type { Trail } from './record';

/** Records the call with everything that happens to it. Without its key it is never sent. */
export function callByHand(trail: Trail, spec: SourceSpec, tool: ToolSpec, args: string, keyed: boolean): CallDetail | null {
  const at = Date.now() * 1000;
  const call = id('call', at / 1000);
  const told = Object.entries(JSON.parse(args) as Record<string, unknown>).map(([key, value]) => `${key} ${String(value)}`);
  const of = { call, tool: `${spec.name}.${tool.name}`, effect: tool.effect, label: tool.label, position: 0, handle: 'c1' };
  const sealed = trail.seal('arguments', 'application/json', args);
  const seq = trail.append('call.requested', at, { ...of, tool_version: '0f3a92c1b77e4d10', arguments: sealed });
  const rule = tool.effect === 'read' ? 'reads-run' : 'approve-all';
  trail.append('call.decided', at + 40, { call, verdict: 'allow', rule, policy: '5c1d' });
  const row: CallRow = {
    ...of, seq, at, conversation: null, turn: null, batch: null, telling: told.join(', '), made: null, verdict: 'allow', approved: null,
    sent_at: null, outcome: 'failed', failure: 'missing_secret', status: null, size: 0, took_ms: 0,
    attempts: 0, early: false, from: null, retry_of: null, edited: false, dropped: null,
  };
  if (!keyed) {
    const words = trail.seal('words', 'text/plain', `${spec.name}: its key is not in the keychain; set it, then call again.`);
    trail.append('call.ended', at + 80, { call, outcome: 'failed', failure: 'missing_secret', words, label: tool.label });
  } else {
    const request = trail.seal('request', 'message/http', `${tool.method} ${tool.path} HTTP/1.1\nauthorization: Bearer {secret:${spec.name}}\n`);
    trail.append('call.sent', at + 300, { call, attempt: 1, method: tool.method, endpoint: `${spec.base_url}${tool.path}`, request });
    const result = JSON.stringify({ items: [{ id: 7, name: 'Aldergate Optics' }], total: 1 });
    const body = trail.seal('result', 'application/json', result);
    trail.append('call.ended', at + 180_300, { call, outcome: 'returned', status: 200, result: body, label: tool.label });
    Object.assign(row, { sent_at: at + 300, outcome: 'returned', failure: null, status: 200, size: result.length, took_ms: 180, attempts: 1 });
  }
  trail.add(row);
  return trail.detail(call);
}

/** Makes an ended call of a turn again, with these arguments if some are given: it returns this time. */
export function madeAgain(trail: Trail, sources: readonly SourceView[], of: CallId, args: string | null): CallDetail | null {
  const before = trail.detail(of);
  const conversation = before && trail.conversations.get(before.row.conversation ?? '');
  const turn = conversation?.turns.find(({ id: one, retries }) => one === before?.row.turn || retries.some(({ call }) => call === of));
  const [source, name] = before?.row.tool.split('.') ?? [];
  const spec = sources.find((view) => view.spec.name === source)?.spec;
  const tool = spec?.tools.find((one) => one.name === name);
  if (!before || !conversation || !turn || !spec || !tool || before.row.outcome === null) return null;
  const written = args ?? before.payloads.find(({ role }) => role === 'arguments')?.text ?? '{}';
  const made = callByHand(trail, spec, tool, written, true);
  if (!made) return null;
  const all = conversation.turns.reduce((sum, one) => sum + one.retries.length + one.batches.reduce((inner, { calls }) => inner + calls.length, 0), 0);
  const change = { conversation: conversation.row.id, handle: `c${all + 1}`, retry_of: of };
  trail.change(made.row.call, change);
  turn.retries.push({ ...made.row, ...change });
  return trail.detail(made.row.call);
}
