// Plans for answers full of figures: with letters of several bytes, in tables, links and code, some of them wrong; and one
// whose result has ten megabytes.

import type { Plan } from './plans';

const SALES = [
  { region: 'Zürich', branch: 'Bahnhofstraße 🏔️', revenue: 1204, orders: 318, opened: '2026-03-14' },
  { region: 'Genève', branch: 'Rue du Rhône', revenue: 877, orders: 204, opened: '2026-05-02' },
  { region: 'Köln', branch: 'Domplatte', revenue: 3659.4, orders: 742, opened: '2025-11-30' },
];

/** So many small numbers that their differences are most numbers of two digits. */
const AGES = [12, 19, 27, 33, 41, 48, 56, 63, 71, 78, 86, 95].map((days, at) => ({ id: 4700 + at, days }));

/** Figures of every status, wherever figures can stand. */
export function figures(): Plan {
  return {
    rounds: [
      [
        { tool: 'billing.list_payments', args: { customer: 1043 }, telling: 'customer 1043', result: JSON.stringify({ items: SALES, currency: 'kCHF' }), took: 180 },
        { tool: 'crm.get_customer', args: { id: 1043 }, telling: 'id 1043', result: JSON.stringify({ id: 1043, name: 'Aldergate Optics', since: '2019-04-01' }), took: 120 },
        { tool: 'support.list_tickets', args: { customer: 1043 }, telling: 'customer 1043', result: JSON.stringify({ items: AGES }), took: 140 },
        { tool: 'crm.list_contacts', args: { id: 1043 }, telling: 'id 1043', result: JSON.stringify({ items: [] }), took: 90 },
      ],
    ],
    answer: `Zürich 🏔️ led Genève: **1,204** kCHF [^c1] against *877* kCHF, a difference of **327** kCHF.

| Region | Revenue | Orders | Opened |
|---|--:|--:|---|
${SALES.map(({ region, revenue, orders, opened }) => `| ${region} | ${revenue.toLocaleString('en-GB', { minimumFractionDigits: 2 })} | ${orders} | ${opened} |`).join('\n')}

- Together **5,740.40** kCHF; the plan was 6,131.17.
- One ticket waits 51 days longer than another.
- As the note says, 1,204 − 877 = 337.
- Of customer [1043](https://crm.example/customers/1043): \`revenue >= 1204\`.

\`\`\`text
Zürich 318, Genève 204
\`\`\``,
  };
}

/** How many rows have ten megabytes. */
const ROWS = 100_000;

/** A result of ten megabytes, of which the model was shown the beginning. */
export function megabytes(): Plan {
  const rows = Array.from({ length: ROWS }, (_, at) => ({ invoice: 700_000 + at, customer: `Customer No. ${at % 9_973}`, amount: 1_000 + at * 3.25, state: at % 7 === 0 ? 'overdue' : 'paid', due: `2026-0${(at % 9) + 1}-1${at % 9}` }));
  return {
    rounds: [[{ tool: 'billing.list_invoices', args: { status: 'open' }, telling: 'status open', result: JSON.stringify({ items: rows }), took: 300 }]],
    answer: 'Invoice **700431** stands at **2,400.75** [^c1].',
  };
}
