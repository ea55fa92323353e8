// Plans that put a batch under strain: calls that wait, start early, fail and are tried again, and too many of them.

import type { Plan, PlannedCall } from './plans';

const read = (tool: string, id: number, took: number, more: Partial<PlannedCall> = {}): PlannedCall => ({
  tool,
  args: tool.endsWith('_customer') || tool.endsWith('contacts') || tool.endsWith('_invoice') ? { id } : { customer: id },
  telling: `${tool.endsWith('_customer') || tool.endsWith('contacts') || tool.endsWith('_invoice') ? 'id' : 'customer'} ${id}`,
  result: JSON.stringify({ id, name: 'Copperline Foods', items: [] }),
  took,
  ...more,
});

/** Every reason for which a call may wait, one row each. */
export function waiting(): Plan {
  return {
    rounds: [
      [
        read('crm.get_customer', 1187, 1400),
        {
          tool: 'support.set_priority',
          args: { id: 1187, priority: 'high' },
          telling: 'id 1187, priority high',
          result: '{"id":1187,"priority":"high"}',
          took: 300,
          after: { position: 0, resource: '/crm/customers/1187' },
        },
        read('crm.get_customer', 1187, 0, { sameAs: 0 }),
        read('billing.list_invoices', 1187, 700, {
          waits: [{ waiting: { for: 'source', source: 'billing', in_flight: 4 }, ms: 900 }],
        }),
        read('billing.list_payments', 1187, 500, {
          waits: [
            { waiting: { for: 'rate', source: 'billing', milli_per_second: 20_000, ms: 400 }, ms: 400 },
            { waiting: { for: 'paused', source: 'billing', ms: 1500, words: '429 with Retry-After: 2' }, ms: 1500 },
          ],
        }),
        read('support.list_tickets', 1187, 320, {
          tries: [{ took: 260, words: 'support answered 503 Service Unavailable', pause: 400 }],
        }),
        read('crm.list_contacts', 1187, 900, { carried: 0.6 }),
        read('billing.get_invoice', 11870, 240, {
          waits: [{ waiting: { for: 'everything', in_flight: 128 }, ms: 700 }],
        }),
      ],
    ],
    answer: 'Copperline Foods is set to **high** [^c2]; its three invoices [^c4] are still open.',
  };
}

/** A model that writes slowly: reads are under way long before its message ends. */
export function early(): Plan {
  const ids = [1043, 1102, 1187, 1250, 1311, 1398];
  return {
    rounds: [ids.map((id, at) => read('crm.list_contacts', id, 220 + at * 30))],
    answer: 'One contact of each customer is listed [^c1][^c2][^c3][^c4][^c5][^c6].',
    pace: 160,
  };
}

/** Calls that end without a result, each in another way. */
export function retried(): Plan {
  return {
    rounds: [
      [
        read('billing.list_payments', 1043, 180),
        read('billing.list_payments', 1102, 240, {
          outcome: 'failed',
          failure: 'status',
          status: 503,
          result: '{"error":"busy"}',
          tries: [{ took: 150, words: 'billing answered 503 Service Unavailable', pause: 200 }],
          words: 'billing answered 503 Service Unavailable twice; trying again later may help.',
        }),
        {
          tool: 'support.add_note',
          args: { id: 4711, text: 'Payment has arrived.' },
          telling: 'id 4711, text Payment has arrived.',
          result: '',
          took: 900,
          outcome: 'unknown',
          asks: 'It writes, and twice is not the same as once.',
          words: 'support did not say whether it took the note: the connection ended after it was sent. Look there before you send it again.',
        },
      ],
    ],
    answer: 'One customer has paid [^c1]; for the other, billing did not answer [^c2].',
  };
}

/** More calls in one message than anybody meant to allow. */
export function many(): Plan {
  const calls = Array.from({ length: 800 }, (_, at) =>
    at % 4 === 3 ? read('billing.list_payments', 1000 + at, 90 + (at % 7) * 20) : read('billing.get_invoice', 10_000 + at, 80 + (at % 11) * 15),
  );
  return { rounds: [calls], answer: 'Every invoice was compared with its payments: all agree.', pace: 1 };
}
