// What the fake's turns sent to their model and what came back: Chat Completions, one request for each message.

import type { PayloadRole, PayloadView, TurnId, TurnView, WireView } from '../bindings';
import { digest } from './ids';
import type { Trail } from './record';

const ENDPOINT = 'http://127.0.0.1:40100/v1/chat/completions';

function payload(seq: number, role: PayloadRole, media: string, text: string): PayloadView {
  return { seq, commitment: digest(text), role, media, size: text.length, text, whole: true, erased: null };
}

function stream(deltas: readonly object[], finish: string, usage: object): string {
  const chunks = [...deltas.map((delta) => ({ choices: [{ index: 0, delta }] })), { choices: [{ index: 0, delta: {}, finish_reason: finish }], usage }];
  return [...chunks.map((chunk) => `data: ${JSON.stringify(chunk)}`), 'data: [DONE]', ''].join('\n\n');
}

/** The turn's requests, with their bodies if those are to be had. */
export function wireOf(trail: Trail, wanted: TurnId, open: boolean): WireView[] {
  const turn = [...trail.conversations.values()].flatMap(({ turns }) => turns).find(({ id }) => id === wanted);
  const asked = trail.entries.find(({ body }) => (body as { turn?: string }).turn === wanted);
  return turn && asked ? exchanges(turn, asked.seq, open) : [];
}

/** `seq` is where the turn stands in the trail. */
function exchanges(turn: TurnView, seq: number, open: boolean): WireView[] {
  const messages: object[] = [{ role: 'user', content: turn.question }];
  const rounds = [...turn.batches.map(({ calls }) => calls), []];
  const share = (tokens: number) => Math.round(tokens / rounds.length);
  const usage = { input: share(turn.spent.usage.input), output: share(turn.spent.usage.output) };
  return rounds.map((calls, index) => {
    const last = index === rounds.length - 1;
    const failed = last && turn.answer === null;
    const asked = calls.map((call, place) => ({ index: place, id: call.handle, function: { name: call.tool.replace('.', '__'), arguments: '{}' } }));
    const sent = JSON.stringify({ model: 'rehearsal-1', stream: true, messages });
    const deltas = last ? [{ content: turn.answer?.text ?? '' }] : asked.map((call) => ({ tool_calls: [call] }));
    const received = failed ? '{"error":{"message":"no"}}' : stream(deltas, last ? 'stop' : 'tool_calls', { prompt_tokens: usage.input, completion_tokens: usage.output });
    messages.push({ role: 'assistant', tool_calls: asked }, ...calls.map((call) => ({ role: 'tool', tool_call_id: call.handle, content: call.telling })));
    return {
      request: `mc_${turn.id}_${index}`,
      seq,
      at: turn.at + index * 900_000,
      model: 'rehearsal',
      endpoint: ENDPOINT,
      shortened: index === 0 ? turn.shortened : 0,
      redacted: index === 0 ? 0 : (turn.answer?.unseen.values ?? 0) + (turn.answer?.unseen.results.length ?? 0),
      sent: open ? payload(seq, 'prompt', 'application/json', sent) : null,
      returned: {
        seq: seq + 1,
        finish: failed ? null : last ? 'stop' : 'tool_calls',
        failure: failed ? (turn.stopped === 'cancelled' ? 'cancelled' : 'key_refused') : null,
        usage,
        cost: failed ? null : usage.input * 3 + usage.output * 15,
        took_ms: 300 + index * 140,
        received: open ? payload(seq + 1, 'response', failed ? 'application/json' : 'text/event-stream', received) : null,
      },
    };
  });
}
