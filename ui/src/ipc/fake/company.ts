// The small company of the fake: its sources, models and sample questions.

import type {
  Capabilities,
  Category,
  Effect,
  Label,
  Level,
  Method,
  ModelView,
  Rate,
  RunSettings,
  SampleQuestion,
  SourceView,
  ToolSpec,
} from '../bindings';
import type { FakeOptions } from './options';

export function label(level: Level, ...categories: Category[]): Label {
  return { level, categories };
}

const RATES: Record<string, Rate> = {
  crm: { milli_per_second: 50_000, burst: 50 },
  billing: { milli_per_second: 20_000, burst: 40 },
};

function tool(
  name: string,
  method: Method,
  path: string,
  description: string,
  about: Label,
  properties: Record<string, { type: string; description?: string; enum?: string[] }>,
  required: string[] = [],
): ToolSpec {
  const effect: Effect = method === 'GET' ? 'read' : method === 'PUT' ? 'idempotent_write' : 'write';
  const input = { type: 'object', properties, required, additionalProperties: false };
  return { name, description, method, path, effect, resource: `/${path.split('/').slice(1, 3).join('/')}`, exclusive: name === 'set_priority', label: about, input };
}

function source(name: string, port: number, about: Label, secret: string, calls: number, tools: ToolSpec[]): SourceView {
  return {
    spec: {
      name,
      kind: 'http',
      base_url: `http://127.0.0.1:${port}`,
      label: about,
      auth: name === 'support' ? { kind: 'api_key', secret, place: 'header', name: 'X-Api-Key' } : { kind: 'bearer', secret },
      limits: { in_flight: name === 'billing' ? 4 : 16, rate: RATES[name] ?? null, deadline_ms: 20_000, result_bytes: 4 << 20 },
      headers: {},
      idempotency_header: null,
      tools,
    },
    secret_present: true,
    token: null,
    paused: false,
    asks_to_wait_ms: 0,
    health: { calls, failures: Math.floor(calls / 60), p50_ms: 140 + (port % 90), p95_ms: 320 + (port % 90), last_at: null, last_outcome: null },
  };
}

const CUSTOMER = label('confidential', 'identity', 'contact');
const MONEY = label('confidential', 'financial');
const TICKET = label('internal', 'communications');
const PERSON = label('restricted', 'identity', 'employment', 'financial');
const ID = { type: 'integer', description: 'The number of the record' };

export function sources(): SourceView[] {
  return [
    source('crm', 40101, CUSTOMER, 'crm_token', 212, [
      tool('list_customers', 'GET', '/customers', 'Customers of a region or a segment, twenty a page', CUSTOMER, {
        region: { type: 'string', enum: ['North', 'South', 'East', 'West'] },
        page: { type: 'integer' },
      }),
      tool('get_customer', 'GET', '/customers/{id}', 'One customer with everything known of it', CUSTOMER, { id: ID }, ['id']),
      tool('list_contacts', 'GET', '/customers/{id}/contacts', 'The people to talk to at a customer', CUSTOMER, { id: ID }, ['id']),
    ]),
    source('billing', 40102, MONEY, 'billing_token', 388, [
      tool('list_invoices', 'GET', '/invoices', 'Invoices of a customer, newest first', MONEY, {
        customer: ID,
        status: { type: 'string', enum: ['open', 'paid', 'overdue'] },
      }),
      tool('get_invoice', 'GET', '/invoices/{id}', 'One invoice with its lines', MONEY, { id: ID }, ['id']),
      tool('list_payments', 'GET', '/payments', 'Payments of a customer', MONEY, { customer: ID }, ['customer']),
    ]),
    source('support', 40103, TICKET, 'support_key', 140, [
      tool('list_tickets', 'GET', '/tickets', 'Tickets of a customer', TICKET, { customer: ID }),
      tool('add_note', 'POST', '/tickets/{id}/notes', 'Adds a note that the customer does not see', TICKET, {
        id: ID,
        text: { type: 'string', description: 'The note' },
      }, ['id', 'text']),
      tool('set_priority', 'PUT', '/tickets/{id}/priority', 'Sets how urgent a ticket is', TICKET, {
        id: ID,
        priority: { type: 'string', enum: ['low', 'normal', 'high'] },
      }, ['id', 'priority']),
    ]),
    source('people', 40104, PERSON, 'people_token', 31, [
      tool('find_employees', 'GET', '/employees', 'Employees by team or name', PERSON, { team: { type: 'string' } }),
      tool('get_salary', 'GET', '/employees/{id}/salary', 'The salary of one employee', PERSON, { id: ID }, ['id']),
    ]),
  ];
}

/** What nobody has said anything about. */
export const UNKNOWN: Capabilities = { tools: null, parallel: null, streaming: null, context: null, max_output: null, price: null };

export function models(): ModelView[] {
  return [
    {
      spec: {
        name: 'rehearsal',
        title: 'Rehearsal model (no AI)',
        protocol: 'openai-chat',
        base_url: 'http://127.0.0.1:40100/v1',
        model: 'rehearsal-1',
        secret: null,
        clearance: 'restricted',
        parallel: 'auto',
        early: 'on',
        preset: null,
        capabilities: UNKNOWN,
      },
      secret_present: true,
      capabilities: { ...UNKNOWN, tools: true, parallel: true },
      learnt: { ...UNKNOWN, tools: true, parallel: true },
    },
    {
      spec: {
        name: 'cloud',
        title: 'A cloud model',
        protocol: 'openai-chat',
        base_url: 'https://api.example.com/v1',
        model: 'large-4',
        secret: 'cloud_key',
        clearance: 'internal',
        parallel: 'on',
        early: 'auto',
        preset: null,
        capabilities: UNKNOWN,
      },
      secret_present: false,
      capabilities: { ...UNKNOWN, tools: true, parallel: true, context: 200_000, price: { input: 3_000_000, cached: 300_000, output: 15_000_000 } },
      learnt: UNKNOWN,
    },
  ];
}

/** As a workspace begins. */
export const RUN_SETTINGS: RunSettings = {
  in_flight: 64,
  batch_calls: 128,
  batch_deadline_ms: 600_000,
  early: true,
  sequential: false,
  shown_bytes: 96 << 10,
  straggler: { kind: 'wait' },
  first_word_ms: 300_000,
  word_pause_ms: 180_000,
  model_attempts: 4,
  model_wait_ms: 120_000,
};

/** The questions to begin with, those that the options ask for first. */
export function questions({ hold, waits, early, retry }: FakeOptions): SampleQuestion[] {
  return [
    ...(hold ? [{ id: 'hold', text: 'Does every invoice agree with its payments?', shows: '800 calls in one message' }] : []),
    ...(waits ? [{ id: 'waits', text: 'Set Copperline Foods to high, and tell me what they owe.', shows: 'every reason to wait' }] : []),
    ...(early ? [{ id: 'early', text: 'List one contact of each customer.', shows: 'reads that start early' }] : []),
    ...(retry ? [{ id: 'retry', text: 'Have the payments of Aldergate and Bramble arrived?', shows: 'calls to make again' }] : []),
    ...QUESTIONS,
  ];
}

const QUESTIONS: SampleQuestion[] = [
  {
    id: 'overdue',
    text: 'Which customers in the North region have overdue invoices, how much do they owe, and are any of them waiting on support?',
    shows: '15 calls side by side',
  },
  {
    id: 'note',
    text: 'Put a note on tickets 4711 and 4712 that the invoice was corrected, and raise 4711 to high.',
    shows: 'writes that ask first',
  },
  { id: 'salary', text: 'What does the support team earn on average?', shows: 'restricted data' },
  { id: 'hostile', text: 'What is the worst that an API can send?', shows: 'markup stays text' },
];
