// What the fake's model asks for and answers, question by question.

import type { FailureClass, Label, ModelFailure, Outcome, Waiting } from '../bindings';
import { label } from './company';
import { figures, megabytes } from './figures';
import { early, many, retried, waiting } from './strain';

export interface PlannedCall {
  tool: string;
  args: Record<string, unknown>;
  telling: string;
  result: string;
  media?: string;
  took: number;
  /** Waits for these, one after another, before it is sent. */
  waits?: readonly { waiting: Waiting; ms: number }[];
  /** Waits for the call at this place of the batch, since both touch the resource. */
  after?: { position: number; resource: string };
  /** Has the result of the call at this place of the batch: the same request. */
  sameAs?: number;
  /** Requests that come to nothing before the last one, and how long each is followed by a wait. */
  tries?: readonly { took: number; words: string; pause: number }[];
  /** How much of its time its body takes, 0 to 1. */
  carried?: number;
  outcome?: Outcome;
  failure?: FailureClass;
  status?: number;
  words?: string;
  label?: Label;
  /** A person must allow it; why. */
  asks?: string;
}

export interface Plan {
  rounds: PlannedCall[][];
  /** With marks such as `[^c3]`. */
  answer: string;
  /** Milliseconds that the model takes for a call. */
  pace?: number;
  fails?: { failure: ModelFailure; words: string };
  /** How long its provider is too busy at first, and how many earlier results are shortened for the second request. */
  busy?: { ms: number; shortened: number };
}

const CUSTOMERS = [
  { id: 1043, name: 'Aldergate Optics', owes: 18240.5, invoices: 2, tickets: 1 },
  { id: 1102, name: 'Bramble & Finch', owes: 4310, invoices: 1, tickets: 0 },
  { id: 1187, name: 'Copperline Foods', owes: 27995.2, invoices: 3, tickets: 2 },
  { id: 1250, name: 'Dunmore Textiles', owes: 960, invoices: 1, tickets: 0 },
  { id: 1311, name: 'Eastwick Paper', owes: 7120.75, invoices: 1, tickets: 0 },
  { id: 1398, name: 'Fenland Motors', owes: 0, invoices: 0, tickets: 1 },
  { id: 1422, name: 'Garrow Instruments', owes: 12500, invoices: 2, tickets: 0 },
];

function invoicesOf({ id, owes, invoices }: (typeof CUSTOMERS)[number]): string {
  // The last one takes what is left, so that the parts are the whole.
  const share = Math.round((owes / invoices) * 100) / 100;
  const items = Array.from({ length: invoices }, (_, at) => ({
    id: id * 10 + at,
    customer: id,
    status: 'overdue',
    due: `2026-0${9 - at}-1${at + 2}`,
    amount: at < invoices - 1 ? share : Math.round((owes - share * (invoices - 1)) * 100) / 100,
    currency: 'EUR',
  }));
  return JSON.stringify({ items, total: items.length });
}

function ticketsOf({ id, name, tickets }: (typeof CUSTOMERS)[number]): string {
  const items = Array.from({ length: tickets }, (_, at) => ({
    id: 4700 + (id % 100) + at,
    customer: id,
    subject: at === 0 ? 'Invoice shows the wrong address' : 'Two deliveries missing',
    opened: '2026-11-1' + (at + 3),
    state: 'open',
    from: `office@${name.split(' ')[0]?.toLowerCase()}.example`,
  }));
  return JSON.stringify({ items, total: items.length });
}

const TOOK_INVOICES = [212, 148, 391, 176, 233, 122, 305];
const TOOK_TICKETS = [164, 98, 287, 143, 119, 202];

function overdue(): Plan {
  const invoices = CUSTOMERS.map<PlannedCall>((customer, at) => ({
    tool: 'billing.list_invoices',
    args: { customer: customer.id, status: 'overdue' },
    telling: `customer ${customer.id}`,
    result: invoicesOf(customer),
    took: TOOK_INVOICES[at] ?? 150,
    waits: at === 6 ? [{ waiting: { for: 'source', source: 'billing', in_flight: 6 }, ms: 60 }] : [],
  }));
  const tickets = CUSTOMERS.slice(0, 5).map<PlannedCall>((customer, at) => ({
    tool: 'support.list_tickets',
    args: { customer: customer.id },
    telling: `customer ${customer.id}`,
    result: ticketsOf(customer),
    took: TOOK_TICKETS[at] ?? 120,
  }));
  const contacts: PlannedCall = {
    tool: 'crm.list_contacts',
    args: { id: 1398 },
    telling: 'id 1398',
    result: JSON.stringify({ items: [{ id: 12, name: 'Tove Aas', email: 'tove@fenland.example' }] }),
    took: 202,
  };
  const broken: PlannedCall = {
    tool: 'support.list_tickets',
    args: { customer: 1422 },
    telling: 'customer 1422',
    result: '{"error":"upstream timed out"}',
    took: 352,
    outcome: 'failed',
    failure: 'status',
    status: 503,
    words: 'support answered 503 Service Unavailable: “upstream timed out”. Ask again in a minute.',
  };
  const staff: PlannedCall = {
    tool: 'people.find_employees',
    args: { team: 'accounts-north' },
    telling: 'team accounts-north',
    result: JSON.stringify({ items: [{ id: 77, name: 'Ines Holm', team: 'accounts-north', role: 'account lead' }] }),
    took: 127,
    label: label('restricted', 'identity', 'employment'),
  };
  const list: PlannedCall = {
    tool: 'crm.list_customers',
    args: { region: 'North' },
    telling: 'region North',
    result: JSON.stringify({ items: CUSTOMERS.map(({ id, name }) => ({ id, name, region: 'North' })), total: 7, page: 1 }),
    took: 183,
  };
  const rows = CUSTOMERS.filter(({ owes }) => owes > 0)
    .map(({ name, owes, invoices: many, tickets: open }, at) => {
      const cites = `[^c${at + 2}]`;
      return `| ${name} | ${many} | ${owes.toLocaleString('en-GB', { minimumFractionDigits: 2 })} ${cites} | ${open} |`;
    })
    .join('\n');
  return {
    rounds: [[list], [...invoices, ...tickets, contacts, broken, staff]],
    answer: `Six of the seven customers in the **North** region [^c1] have overdue invoices, **71,126.45 EUR** in all.

| Customer | Invoices | Owes (EUR) | Open tickets |
|---|--:|--:|--:|
${rows}

## Waiting on support

- *Copperline Foods* owes the most, and its two tickets [^c11] are still open: an invoice with the wrong address, and two deliveries that are missing.
- *Aldergate Optics* has one open ticket [^c9].
- For Garrow Instruments the support service did not answer [^c15]; I can’t say whether they wait.

Ines Holm [^c16] leads the account team.`,
  };
}

function note(): Plan {
  const text = 'The invoice was corrected and sent again on 22 November.';
  const write = (id: number, took: number): PlannedCall => ({
    tool: 'support.add_note',
    args: { id, text },
    telling: `id ${id}`,
    result: JSON.stringify({ id: id * 7, ticket: id, text }),
    status: 201,
    took,
    asks: 'It writes, and twice is not the same as once.',
  });
  return {
    rounds: [
      [
        { tool: 'support.list_tickets', args: { customer: 1043 }, telling: 'customer 1043', result: '{"items":[{"id":4711},{"id":4712}]}', took: 140 },
        write(4711, 180),
        write(4712, 210),
        {
          tool: 'support.set_priority',
          args: { id: 4711, priority: 'high' },
          telling: 'id 4711',
          result: '{"id":4711,"priority":"high"}',
          took: 95,
          asks: 'It writes.',
        },
      ],
    ],
    answer: 'Done as you allowed: see the calls above [^c1] [^c2].',
  };
}

function salary(): Plan {
  const people = [31, 32, 33, 34];
  return {
    rounds: [
      people.map((person, at) => ({
        tool: 'people.get_salary',
        args: { id: person },
        telling: `id ${person}`,
        result: JSON.stringify({ employee: person, yearly: 41000 + at * 2600, currency: 'EUR' }),
        took: 90 + at * 40,
      })),
    ],
    answer: 'The four people of the support team earn **44,900 EUR** a year on average [^c1][^c2][^c3][^c4].',
  };
}

/** Calls that run until somebody stops them: for a day. */
function slow(): Plan {
  const { rounds, answer } = salary();
  return { rounds: rounds.map((calls) => calls.map((call) => ({ ...call, took: 86_400_000 }))), answer };
}

function hostile(): Plan {
  const line = '<script>document.title="owned"</script><img src=x onerror=alert(1)>'.repeat(80_000);
  return {
    rounds: [
      [
        { tool: 'crm.get_customer', args: { id: 1 }, telling: 'id <b>1</b>', result: '{"name":"<script>document.title=\\"owned\\"</script>","site":"javascript:alert(1)"}', took: 120 },
        { tool: 'billing.get_invoice', args: { id: 2 }, telling: 'id 2', result: line, media: 'text/html', took: 200 },
        { tool: 'nowhere.to_be_found', args: {}, telling: '', result: '', took: 0, outcome: 'failed', failure: 'unknown_tool', words: 'No tool `nowhere.to_be_found` is connected.' },
      ],
    ],
    answer: `# <script>document.title="owned"</script>

<img src="https://evil.example/pixel.png" onerror="document.title='owned'">

A [harmless looking link](javascript:document.title='owned'), a [data link](data:text/html,<script>alert(1)</script>), a [real one](https://example.com/a?b=c) and ![a picture](https://evil.example/track.png) [^c1].

<iframe src="https://evil.example"></iframe> <style>body{display:none}</style>

\`\`\`html
<script>alert(1)</script>
\`\`\`

${'long'.repeat(5000)}`,
  };
}

/** What the model does about the question. */
export function planFor(question: string): Plan {
  const words = question.toLowerCase();
  if (words.includes('go on with')) return { rounds: [], answer: 'With that result the picture is whole: both have paid.' };
  if (words.includes('overdue')) return overdue();
  if (words.includes('note')) return note();
  if (words.includes('slowly')) return slow();
  if (words.includes('busy')) return { ...salary(), busy: { ms: 4000, shortened: 3 } };
  if (words.includes('earn')) return salary();
  if (words.includes('every invoice')) return many();
  if (words.includes('copperline')) return waiting();
  if (words.includes('contact of')) return early();
  if (words.includes('payments')) return retried();
  if (words.includes('zürich')) return figures();
  if (words.includes('megabytes')) return megabytes();
  if (words.includes('worst')) return hostile();
  if (words.includes('key')) {
    const fails = { failure: 'key_refused' as const, words: 'The provider answered 401: “Incorrect API key provided”.' };
    return { rounds: [], answer: '', fails };
  }
  if (words.includes('cut')) {
    const fails = { failure: 'cut_stream' as const, words: 'The stream ended after 312 bytes.' };
    return { rounds: salary().rounds, answer: 'The four people of', fails };
  }
  return {
    rounds: [],
    answer:
      'I am the rehearsal model: no AI. I know the sample questions and say so when I don’t know another. Try “Which customers in the North region have overdue invoices?”.',
  };
}
