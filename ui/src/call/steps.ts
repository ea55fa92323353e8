// A call's story: its entries, in order, as a person tells them.

import type { CallDetail, Dropped, EntryView, Label, Micros, Seq } from '../ipc/host';
import { foundWords, labelWords } from '../state/label';
import { droppedWords, duration, outcomeWord } from '../state/words';

export interface Step {
  readonly seq: Seq;
  readonly at: Micros;
  readonly words: string;
  /** The rule, the reason, the address: what stands beside it. */
  readonly more: string;
}

/** What the rules of `call.decided` say. A rule of a later version shows its name alone. */
const RULES: Record<string, string> = {
  'unknown-tool': 'no tool of this name is connected',
  'ask-everything': 'every call asks, because nothing was approved beforehand',
  'reads-run': 'it changes nothing at its source',
  'writes-ask': 'it may change something at its source; a person decides',
  'approve-all': 'everything was approved beforehand, writes too',
  'asked-runs': 'the person’s words ask for it',
  'record-read': 'it reads a result that is on record already; nothing is sent',
  destination: 'where it goes was named neither by the person nor by a source that the organisation answers for',
  'flow-public': 'it would show confidential data to the public',
  flow: 'it would take data outside that is too sensitive for whoever gets it',
  readers: 'not all who get it may read what it holds',
  secret: 'it sets a password or a token that the person did not write',
  target: 'what it acts on was picked by outside content, or by the model after it had read some',
  'address-within': 'its text passes on an address that the person did not write',
  url: 'the address that it visits came from outside content',
  'url-written': 'the model wrote the address that it visits, and holds confidential data',
  mosaic: 'it would take outside a combination of personal data that says more together than one by one',
  intent: 'outside content was read before it, and the person’s words did not ask for it',
  'not-asked': 'the person’s words did not ask for it',
};

const VERDICTS: Record<string, string> = {
  allow: 'Allowed by rule',
  ask: 'Held for a person by rule',
  deny: 'Denied by rule',
};

/** The steps in the order in which they were recorded. Entries that say nothing of the call itself are left out. */
export function stepsOf(detail: CallDetail): Step[] {
  return detail.entries.flatMap((entry) => {
    const told = tell(entry, detail);
    return told ? [{ seq: entry.seq, at: entry.at, ...told }] : [];
  });
}

function tell(entry: EntryView, detail: CallDetail): { words: string; more: string } | null {
  const body = fields(entry.body);
  const payload = (key: string) => detail.payloads.find(({ commitment }) => commitment === body[key])?.text ?? '';
  switch (entry.type) {
    case 'call.requested':
      return {
        words: body['retry_of'] != null ? 'Made again by a person' : body['turn'] == null ? 'Asked for by hand' : `Asked for by the model${body['early'] != null ? ', while it still wrote' : ''}`,
        more: text(body['tool_version']) ? `tool version ${text(body['tool_version'])}` : '',
      };
    case 'call.decided': {
      const rule = text(body['rule']);
      const why = RULES[rule];
      return { words: `${VERDICTS[text(body['verdict'])] ?? 'Decided by rule'} ${rule}`, more: why ?? '' };
    }
    case 'approval.asked':
      return { words: 'Shown to a person', more: '' };
    case 'approval.given':
      return {
        words: body['allowed'] !== true ? 'Refused by a person' : body['arguments'] != null ? 'Approved by a person, with other arguments' : 'Approved by a person',
        more: payload('arguments') || payload('reason'),
      };
    case 'call.sent': {
      const attempt = Number(body['attempt'] ?? 1);
      const to = [text(body['method']), text(body['endpoint'])].filter(Boolean).join(' ');
      const page = body['page'];
      if (typeof page === 'number') return { words: `Page ${page} asked for`, more: to };
      return { words: attempt > 1 ? `Sent, attempt ${attempt}` : 'Sent', more: to };
    }
    case 'attempt.ended': {
      const took = typeof body['took'] === 'number' ? ` after ${duration(body['took'] / 1000)}` : '';
      return { words: `Attempt ${Number(body['attempt'] ?? 1)} came to nothing${took}`, more: payload('words') };
    }
    case 'call.dropped':
      return { words: 'Kept out of the conversation', more: droppedWords(text(body['why']) as Dropped) ?? '' };
    case 'finding.dismissed':
    case 'finding.restored': {
      const does = entry.type === 'finding.dismissed' ? 'Called a false alarm' : 'Raised again';
      const place = text(body['pointer']) || 'the whole';
      return { words: `${does}: ${text(body['kind'])} at ${place}`, more: payload('reason') };
    }
    case 'call.ended':
      return ended(body, detail);
    default:
      return null;
  }
}

function ended(body: Record<string, unknown>, { row, payloads }: CallDetail): { words: string; more: string } {
  const status = typeof body['status'] === 'number' ? ` with ${body['status']}` : '';
  const after = row.sent_at === null ? '' : ` after ${duration(row.took_ms)}`;
  const outcome = row.outcome === null ? 'Ended' : capital(outcomeWord(row.outcome));
  const shared = body['from'] != null ? 'nothing was sent: it has the result of another call' : '';
  const label = isLabel(body['label']) ? `label ${labelWords(body['label'])}` : '';
  // Of a result that goes on: how many pages it is, and what follows.
  const said = row.outcome === 'returned' && typeof body['words'] === 'string' ? (payloads.find(({ commitment }) => commitment === body['words'])?.text ?? '') : '';
  const found = row.made ? `detected: ${foundWords(row.made)}` : '';
  return { words: `${outcome}${status}${after}`, more: [shared, said, label, found].filter(Boolean).join('; ') };
}

function fields(body: unknown): Record<string, unknown> {
  return body !== null && typeof body === 'object' ? (body as Record<string, unknown>) : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isLabel(value: unknown): value is Label {
  const label = fields(value);
  return typeof label['level'] === 'string' && Array.isArray(label['categories']);
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
