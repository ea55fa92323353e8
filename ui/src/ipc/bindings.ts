// The commands of the window and the types that travel, in the shape that tauri-specta writes. Do not edit: the app
// crate writes this file, and a test fails when it is stale.

import { Channel as TauriChannel, invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';

export const commands = {
  session: () => typed<Session>(invoke('session')),
  pageReady: () => typed<null>(invoke('page_ready')),
  ask: (question: AskInput, events: TauriChannel<RunEvent>) => typed<Asked>(invoke('ask', { question, events })),
  stop: (turn: TurnId) => typed<null>(invoke('stop', { turn })),
  cancelCall: (turn: TurnId, call: CallId) => typed<null>(invoke('cancel_call', { turn, call })),
  approve: (turn: TurnId, answers: ApprovalInput[]) => typed<null>(invoke('approve', { turn, answers })),
  conversations: (limit: number) => typed<ConversationRow[]>(invoke('conversations', { limit })),
  conversation: (id: ConversationId) => typed<ConversationView | null>(invoke('conversation', { id })),
  calls: (query: CallQuery) => typed<CallRow[]>(invoke('calls', { query })),
  call: (id: CallId) => typed<CallDetail | null>(invoke('call', { id })),
  payload: (commitment: Commitment) => typed<PayloadView | null>(invoke('payload', { commitment })),
  prove: (seq: Seq) => typed<ProofView>(invoke('prove', { seq })),
  entry: (seq: Seq) => typed<EntryView | null>(invoke('entry', { seq })),
  stats: () => typed<TrailStats>(invoke('stats')),
  verify: (progress: TauriChannel<Progress>) => typed<VerifyReport>(invoke('verify', { progress })),
  sourceCheck: (toml: string) => typed<SourceCheck>(invoke('source_check', { toml })),
  sourceSave: (toml: string) => typed<null>(invoke('source_save', { toml })),
  sourceRemove: (name: SourceName) => typed<null>(invoke('source_remove', { name })),
  sourceToml: (name: SourceName) => typed<string>(invoke('source_toml', { name })),
  sourceTest: (name: SourceName) => typed<SourceReport>(invoke('source_test', { name })),
  toolCall: (tool: ToolId, args: string) => typed<CallDetail>(invoke('tool_call', { tool, arguments: args })),
  modelSave: (spec: ModelSpec) => typed<null>(invoke('model_save', { spec })),
  modelRemove: (name: string) => typed<null>(invoke('model_remove', { name })),
  modelTest: (spec: ModelSpec) => typed<ModelReport>(invoke('model_test', { spec })),
  secretNames: () => typed<SecretName[]>(invoke('secret_names')),
  secretSet: (name: SecretName, value: string) => typed<null>(invoke('secret_set', { name, value })),
  secretRemove: (name: SecretName) => typed<null>(invoke('secret_remove', { name })),
  workspaceCreate: (input: WorkspaceInput) => typed<WorkspaceCreated>(invoke('workspace_create', { input })),
  workspaceUnlock: (passphrase: string) => typed<null>(invoke('workspace_unlock', { passphrase })),
  demoOpen: () => typed<null>(invoke('demo_open')),
  settingSet: (key: string, value: unknown) => typed<null>(invoke('setting_set', { key, value })),
  openExternal: (url: string) => typed<null>(invoke('open_external', { url })),
};

export const events = {
  trailChanged: { listen: (on: (event: { payload: TrailChanged }) => void) => listen<TrailChanged>('trail_changed', on) },
  sessionChanged: { listen: (on: (event: { payload: null }) => void) => listen<null>('session_changed', on) },
};

export type Result<T, E> = { status: 'ok'; data: T } | { status: 'error'; error: E };

async function typed<T>(reply: Promise<unknown>): Promise<Result<T, CommandError>> {
  try {
    return { status: 'ok', data: (await reply) as T };
  } catch (error) {
    if (error instanceof Error) throw error;
    return { status: 'error', error: error as CommandError };
  }
}

export { TauriChannel as Channel };

export type WorkspaceId = string;
export type ConversationId = string;
export type TurnId = string;
export type BatchId = string;
export type CallId = string;
export type Handle = string;
export type SourceName = string;
export type ToolName = string;
export type ToolId = string;
export type SecretName = string;
export type Commitment = string;
export type Seq = number;
export type Micros = number;
export type Json = unknown;

export type Code =
  | 'bad_input'
  | 'not_found'
  | 'read_only'
  | 'keychain'
  | 'wrong_key'
  | 'trail_fatal'
  | 'no_model'
  | 'internal';
export type CommandError = { code: Code; message: string; detail: string[] };

export type Level = 'public' | 'internal' | 'confidential' | 'restricted';
export type Category =
  | 'identity'
  | 'contact'
  | 'location'
  | 'financial'
  | 'health'
  | 'credential'
  | 'biometric'
  | 'communications'
  | 'calendar'
  | 'employment'
  | 'legal'
  | 'minors'
  | 'organisation';
export type Label = { level: Level; categories: Category[] };

export type Effect = 'read' | 'idempotent_write' | 'write';
export type Method = 'GET' | 'HEAD' | 'OPTIONS' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type Outcome = 'returned' | 'failed' | 'refused' | 'cancelled' | 'timed_out' | 'unknown';
export type FailureClass =
  | 'unknown_tool'
  | 'invalid_arguments'
  | 'missing_secret'
  | 'connect'
  | 'interrupted'
  | 'status'
  | 'bad_body'
  | 'redirect'
  | 'internal';
export type Verdict = 'allow' | 'ask' | 'deny';
export type Decision = { verdict: Verdict; rule: string; reason: string };
export type Approval = { verdict: 'allowed' } | { verdict: 'refused'; reason: string };
export type Stopped = 'cancelled' | 'model' | 'step_limit' | 'crashed';
export type ModelFailure =
  | 'key_refused'
  | 'rate_limited'
  | 'overloaded'
  | 'context_too_long'
  | 'rejected'
  | 'malformed_stream'
  | 'cut_stream'
  | 'unreachable'
  | 'cancelled';
export type Usage = { input: number; output: number };

export type ToolCall = {
  id: CallId;
  batch: BatchId | null;
  position: number;
  handle: Handle;
  asked_as: string;
  asked_for: string;
  tool: ToolId | null;
  tool_version: string;
  effect: Effect;
  label: Label;
  arguments: string;
  telling: string;
};
export type Ask = { call: CallId; request: string; arguments: string; decision: Decision };
export type Ended = {
  outcome: Outcome;
  failure: FailureClass | null;
  status: number | null;
  words: string;
  size: number;
  took_ms: number;
  label: Label;
};
export type Happening =
  | { type: 'turn_started'; conversation: ConversationId; question: string; model: string }
  | { type: 'model_called'; step: number }
  | { type: 'call_ready'; call: ToolCall }
  | { type: 'decided'; call: CallId; decision: Decision }
  | { type: 'batch_started'; batch: BatchId; calls: CallId[]; label: Label }
  | { type: 'approval_asked'; batch: BatchId; asks: Ask[] }
  | { type: 'dispatched'; call: CallId; attempt: number }
  | ({ type: 'call_ended'; call: CallId } & Ended)
  | { type: 'batch_ended'; batch: BatchId; elapsed_ms: number; sequential_ms: number; label: Label }
  | { type: 'text_delta'; text: string }
  | { type: 'answer'; answer: Answer }
  | { type: 'turn_ended'; stopped: Stopped | null; failure: ModelFailure | null; words: string; usage: Usage };
export type RunEvent = { turn: TurnId; ms: number } & Happening;

export type Exposure = { mode: 'full' } | { mode: 'truncated'; shown: number; of: number } | { mode: 'words' };
export type Exposed = { call: CallId; handle: Handle; mode: Exposure; earlier: boolean };
export type Citation = { at: number; call: CallId; handle: Handle };
export type Timings = { turn_ms: number; batches_ms: number; sequential_ms: number; first_word_ms: number };
export type Answer = {
  text: string;
  exposure: Exposed[];
  citations: Citation[];
  unknown_citations: number;
  label: Label;
  model: string;
  usage: Usage;
  timings: Timings;
};

export type CallRow = {
  call: CallId;
  seq: Seq;
  at: Micros;
  conversation: ConversationId | null;
  turn: TurnId | null;
  batch: BatchId | null;
  position: number;
  handle: Handle;
  tool: string;
  effect: Effect;
  telling: string;
  label: Label;
  verdict: Verdict | null;
  approved: boolean | null;
  sent_at: Micros | null;
  outcome: Outcome | null;
  failure: FailureClass | null;
  status: number | null;
  size: number;
  took_ms: number;
};
export type CallDetail = { row: CallRow; entries: EntryView[]; payloads: PayloadView[] };
export type EntryView = { seq: Seq; at: Micros; type: string; body: Json; leaf: string };
export type PayloadRole =
  | 'question'
  | 'prompt'
  | 'response'
  | 'arguments'
  | 'request'
  | 'result'
  | 'words'
  | 'answer'
  | 'shown'
  | 'reason'
  | 'setting';
export type PayloadView = {
  commitment: Commitment;
  role: PayloadRole;
  media: string;
  size: number;
  text: string;
  whole: boolean;
};
export type ProofView = { seq: Seq; leaf: string; path: string[]; checkpoint: string };
export type ConversationRow = { id: ConversationId; title: string; at: Micros; turns: number; label: Label };
export type ConversationView = { row: ConversationRow; turns: TurnView[] };
export type TurnView = {
  id: TurnId;
  question: string;
  at: Micros;
  batches: BatchView[];
  answer: Answer | null;
  stopped: Stopped | null;
  words: string;
};
export type BatchView = {
  id: BatchId;
  calls: CallRow[];
  elapsed_ms: number;
  sequential_ms: number;
  label: Label;
};
export type CallQuery = {
  before: Seq | null;
  limit: number;
  conversation: ConversationId | null;
  turn: TurnId | null;
  source: SourceName | null;
  outcome: Outcome | null;
  words: string | null;
};
export type Health = { calls: number; failures: number; p50_ms: number; last_at: Micros | null };
export type Count = { name: string; count: number };
export type TrailStats = {
  entries: number;
  checkpoints: number;
  calls: number;
  open_calls: number;
  payload_bytes: number;
  by_outcome: Count[];
  by_source: Count[];
  by_level: Count[];
};
export type FindingKind =
  | 'missing'
  | 'altered'
  | 'gap'
  | 'truncated'
  | 'forked'
  | 'unsigned'
  | 'unopened'
  | 'off-policy'
  | 'projection';
export type Finding = { kind: FindingKind; seq: Seq | null; words: string };
export type VerifyReport = {
  at: Micros;
  entries: number;
  checkpoints: number;
  payloads: number;
  calls: number;
  root: string;
  took_ms: number;
  findings: Finding[];
};

export type ToolSpec = {
  name: ToolName;
  description: string;
  method: Method;
  path: string;
  effect: Effect;
  resource: string;
  label: Label;
  input: Json;
};
export type KeyPlace = 'header' | 'query' | 'cookie';
export type Auth =
  | { kind: 'none' }
  | { kind: 'bearer'; secret: SecretName }
  | { kind: 'basic'; user: string; secret: SecretName }
  | { kind: 'api_key'; secret: SecretName; place: KeyPlace; name: string };
export type Limits = { in_flight: number; deadline_ms: number; result_bytes: number };
export type SourceSpec = {
  name: SourceName;
  kind: 'http';
  base_url: string;
  label: Label;
  auth: Auth;
  limits: Limits;
  headers: Record<string, string>;
  tools: ToolSpec[];
};
export type SourceView = { spec: SourceSpec; secret_present: boolean; health: Health };
export type SourceReport = {
  reachable: boolean;
  status: number | null;
  words: string;
  call: CallId | null;
  took_ms: number;
};
export type Mistake = { line: number; key: string; value: string; problem: string; fix: string };
export type SourceCheck = { spec: SourceSpec | null; mistakes: Mistake[] };

export type Protocol = 'openai-chat';
export type Parallel = 'auto' | 'on' | 'off';
export type ModelSpec = {
  name: string;
  title: string;
  protocol: Protocol;
  base_url: string;
  model: string;
  secret: SecretName | null;
  clearance: Level;
  parallel: Parallel;
};
export type ModelView = { spec: ModelSpec; secret_present: boolean };
export type ModelReport = {
  ok: boolean;
  words: string;
  failure: ModelFailure | null;
  streamed: boolean;
  tools: boolean;
  parallel: boolean;
  first_token_ms: number;
  took_ms: number;
};

export type Keeps = 'os' | 'file' | 'memory';
export type Holder = { pid: number; program: string; since: Micros };
export type About = {
  id: WorkspaceId;
  name: string;
  dir: string;
  keeps: Keeps;
  writer: boolean;
  held_by: Holder | null;
};
export type TrailState = { entries: number; last_verify: VerifyReport | null; fatal: string | null };
export type SampleQuestion = { id: string; text: string; shows: string };
export type KeychainState = { os_available: boolean; words: string };
export type Settings = Record<string, Json>;
export type Session = {
  version: string;
  workspace: About | null;
  demo: boolean;
  trail: TrailState;
  models: ModelView[];
  sources: SourceView[];
  questions: SampleQuestion[];
  keychain: KeychainState;
  settings: Settings;
};
export type AskInput = {
  conversation: ConversationId | null;
  question: string;
  model: string | null;
  sequential: boolean;
};
export type Asked = { turn: TurnId; conversation: ConversationId };
export type ApprovalInput = { call: CallId; approval: Approval };
export type Progress = { done: number; total: number };
export type WorkspaceInput = { name: string; keychain: 'os' | 'file'; passphrase: string | null };
export type WorkspaceCreated = { recovery_key: string };
export type TrailChanged = { entries: number };
