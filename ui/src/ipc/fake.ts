// The host without a program behind it: for tests, screenshots and `npm run dev`. It keeps a record in memory, plays
// its answers from a plan, and stays under the page's real interface.

import { join, PUBLIC } from '../state/label';
import type { About, ConversationView, ModelView, RunEvent, Session, SourceView, VerifyReport } from './bindings';
import { callByHand } from './fake/by_hand';
import { models, QUESTIONS, sources } from './fake/company';
import { id } from './fake/ids';
import { planFor } from './fake/plans';
import { Trail } from './fake/record';
import { Run } from './fake/run';
import { checkToml, tomlOf } from './fake/toml';
import { HostError, type Host } from './host';

export interface FakeOptions {
  /** How many times faster than life. */
  speed?: number;
  /** Whether the record holds conversations already. */
  past?: boolean;
  /** Whether any model is set up. */
  model?: boolean;
  /** The trail can't be written. */
  fatal?: boolean;
  /** A workspace is open. */
  workspace?: boolean;
  /** There is one that asks for its passphrase: `open`. Its recovery key is 64 zeros. */
  locked?: boolean;
  /** There is one whose key the system's keychain has lost. */
  lost?: boolean;
  /** The operating system has a keychain. */
  keychain?: boolean;
  /** Another program writes the workspace. */
  reader?: boolean;
  /** So many times it is found writing still; then it has ended. */
  writes?: number;
  /** Verifying finds something. */
  damaged?: boolean;
  /** Any source is connected. */
  source?: boolean;
  /** How many conversations the past holds. */
  many?: number;
}

/** Options as the address carries them: `?speed=20&past=0`. */
export function fakeOptions(search: string): FakeOptions {
  const given = new URLSearchParams(search);
  const flag = (name: string, otherwise: boolean) => (given.has(name) ? given.get(name) === '1' : otherwise);
  return {
    speed: Number(given.get('speed') ?? 1),
    past: flag('past', true),
    model: flag('model', true),
    fatal: flag('fatal', false),
    workspace: flag('workspace', true),
    locked: flag('locked', false),
    keychain: flag('keychain', true),
    lost: flag('lost', false),
    reader: flag('reader', false),
    writes: Number(given.get('writes') ?? 1),
    damaged: flag('damaged', false),
    source: flag('source', true),
    many: Number(given.get('many') ?? 24),
  };
}

const MOST_SHOWN = 8_000_000;

export function fakeHost(options: FakeOptions = {}): Host {
  const { speed = 1, past = true, model = true, fatal = false, workspace = true } = options;
  const { locked = false, lost = false, keychain = true, reader = false, damaged = false, source = true } = options;
  const { many = 24, writes = 1 } = options;
  const trail = new Trail();
  const runs = new Map<string, Run>();
  const secrets = new Set(['crm_token', 'billing_token', 'support_key', 'people_token']);
  const onTrail = new Set<(change: { entries: number }) => void>();
  const onSession = new Set<() => void>();
  const tomls = new Map<string, string>();
  const state = {
    sources: source ? sources() : ([] as SourceView[]),
    models: model ? models() : ([] as ModelView[]),
    settings: {} as Record<string, unknown>,
    lastVerify: null as Session['trail']['last_verify'],
    workspace: workspace && !locked && !lost,
    locked: (lost ? 'os' : locked ? 'file' : null) as 'os' | 'file' | null,
    keeps: (lost ? 'os' : locked ? 'file' : 'memory') as About['keeps'],
    reader,
    writes,
    name: 'Demo company',
    demo: !locked && !lost,
  };

  const nowMicros = () => Date.now() * 1000;
  const refuse = (code: HostError['code'], message: string, ...detail: string[]) =>
    new HostError({ code, message, detail });
  const changed = () => onSession.forEach((on) => on());
  const kept = (name: string | null) => name === null || secrets.has(name);

  function conversation(title: string, at: number): ConversationView {
    const view = { row: { id: id('conv', at / 1000), title, at, turns: 0, label: PUBLIC }, turns: [] };
    trail.conversations.set(view.row.id, view);
    trail.append('conversation.opened', at, { conversation: view.row.id });
    return view;
  }

  function touch(view: ConversationView, at: number) {
    view.row.turns = view.turns.length;
    view.row.at = at;
    view.row.label = view.turns.reduce((sum, turn) => (turn.answer ? join(sum, turn.answer.label) : sum), view.row.label);
  }

  function fill() {
    trail.append('trail.opened', nowMicros() - 90_000_000_000, { origin: 'tieout.example/ws', program: '0.1.0' });
    const story = ['What does the support team earn on average?', 'Put a note on ticket 4711.', 'Which customers have overdue invoices?'];
    for (let back = past ? many : 0; back > 0; back -= 1) {
      const question = story[back % story.length] ?? '';
      const at = nowMicros() - back * 3_700_000_000;
      const view = conversation(question, at);
      new Run(trail, state.sources, view, planFor(question), 'Rehearsal model (no AI)', question, at, () => {}).playNow();
      touch(view, at);
    }
    state.lastVerify = past ? trail.report(nowMicros() - 130_000_000) : null;
    let told: ReturnType<typeof setTimeout> | undefined;
    trail.onchange = () => {
      told ??= setTimeout(() => {
        told = undefined;
        onTrail.forEach((on) => on({ entries: trail.entries.length }));
      }, 250);
    };
  }
  fill();

  const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms / speed));

  return {
    session: async () => ({
      version: '0.1.0',
      workspace: state.workspace
        ? { id: 'ws_01K9', name: state.name, dir: '/tmp/demo.tieout', keeps: state.keeps, writer: !state.reader, held_by: state.reader ? HOLDER : null }
        : null,
      demo: state.workspace && state.demo,
      locked: state.locked && { why: { code: 'wrong_key', message: LOCKED[state.locked], detail: [] }, keeps: state.locked },
      trail: {
        entries: trail.entries.length,
        last_verify: state.lastVerify,
        fatal: fatal ? 'The trail can’t be written: the disk is full. Make room and start Tieout again.' : null,
      },
      models: state.models.map(({ spec }) => ({ spec: structuredClone(spec), secret_present: kept(spec.secret) })),
      sources: state.sources.map(({ spec }) => ({
        spec: structuredClone(spec),
        secret_present: spec.auth.kind === 'none' || kept(spec.auth.secret),
        health: trail.health(spec.name),
      })),
      questions: QUESTIONS,
      keychain: { os_available: keychain, words: keychain ? 'Keys are kept by the operating system’s keychain.' : NO_KEYCHAIN },
      settings: { ...state.settings },
    }),
    pageReady: async () => {},

    ask: async (input, on) => {
      if (fatal) throw refuse('trail_fatal', 'Nothing can be asked: the trail can’t be written.');
      const chosen = state.models.find(({ spec }) => spec.name === (input.model ?? state.models[0]?.spec.name));
      if (!chosen) throw refuse('no_model', 'No model is set up.');
      const at = nowMicros();
      const view = (input.conversation && trail.conversations.get(input.conversation)) || conversation(input.question.slice(0, 80), at);
      const ended = (event: RunEvent) => {
        if (event.type === 'turn_ended') touch(view, nowMicros());
        on(structuredClone(event));
      };
      const title = chosen.spec.title || chosen.spec.name;
      const run = new Run(trail, state.sources, view, planFor(input.question), title, input.question, at, ended);
      touch(view, at);
      runs.set(run.turn.id, run);
      void run.play(speed).then(() => runs.delete(run.turn.id));
      return { turn: run.turn.id, conversation: view.row.id };
    },
    stop: async (turn) => runs.get(turn)?.stop(),
    cancelCall: async (turn, call) => {
      if (!runs.get(turn)?.cancel(call)) throw refuse('not_found', 'That call has ended.');
    },
    approve: async (turn, answers) => runs.get(turn)?.approve(answers),

    conversations: async (limit) =>
      [...trail.conversations.values()]
        .map(({ row }) => ({ ...row }))
        .sort((a, b) => b.at - a.at)
        .slice(0, limit),
    conversation: async (wanted) => structuredClone(trail.conversations.get(wanted) ?? null),
    calls: async (query) => trail.calls(query),
    call: async (wanted) => structuredClone(trail.detail(wanted)),
    payload: async (commitment) => trail.payload(commitment, MOST_SHOWN),
    prove: async (seq) => trail.prove(seq),
    entry: async (seq) => trail.entries[seq] ?? null,
    stats: async () => trail.stats(),
    verify: async (on) => {
      const total = trail.entries.length;
      for (let done = 0; done < total; done += Math.ceil(total / 8)) {
        on({ done, total });
        await pause(60);
      }
      on({ done: total, total });
      state.lastVerify = { ...trail.report(nowMicros()), findings: damaged ? FINDINGS : [] };
      changed();
      return state.lastVerify;
    },

    sourceCheck: async (toml) => checkToml(toml),
    sourceSave: async (toml) => {
      const { spec, mistakes } = checkToml(toml);
      if (!spec) throw refuse('bad_input', 'The source has mistakes.', ...mistakes.map(({ problem }) => problem));
      tomls.set(spec.name, toml);
      const health = trail.health(spec.name);
      const known = state.sources.some((view) => view.spec.name === spec.name);
      const view = { spec, secret_present: true, health };
      state.sources = known ? state.sources.map((one) => (one.spec.name === spec.name ? view : one)) : [...state.sources, view];
      changed();
    },
    sourceRemove: async (name) => {
      state.sources = state.sources.filter((view) => view.spec.name !== name);
      changed();
    },
    sourceToml: async (name) => {
      const view = state.sources.find(({ spec }) => spec.name === name);
      if (!view) throw refuse('not_found', `No source \`${name}\`.`);
      return tomls.get(name) ?? tomlOf(view.spec);
    },
    sourceTest: async (name) => {
      await pause(240);
      const spec = state.sources.find((view) => view.spec.name === name)?.spec;
      if (!spec) throw refuse('not_found', `There is no source \`${name}\`.`);
      const tool = spec.tools.find(({ effect, path }) => effect === 'read' && !path.includes('{'));
      if (!tool) return { ok: false, words: NO_HARMLESS, status: null, call: null, took_ms: 0 };
      const keyed = spec.auth.kind === 'none' || kept(spec.auth.secret);
      const made = callByHand(trail, spec, tool, '{}', keyed && !spec.base_url.includes('down'));
      const ok = made?.row.outcome === 'returned';
      const words = ok ? `${name}.${tool.name} answered in 180 ms with 58 bytes` : `${name}.${tool.name} did not return: its key is not in the keychain`;
      return { ok, words, status: ok ? 200 : null, call: made?.row.call ?? null, took_ms: 180 };
    },
    toolCall: async (wanted, args) => {
      await pause(180);
      const [name, toolName] = wanted.split('.');
      const spec = state.sources.find((view) => view.spec.name === name)?.spec;
      const tool = spec?.tools.find((candidate) => candidate.name === toolName);
      const keyed = spec?.auth.kind === 'none' || (spec !== undefined && kept(spec.auth.secret));
      const detail = spec && tool && callByHand(trail, spec, tool, args, keyed);
      if (!detail) throw refuse('not_found', `There is no tool \`${wanted}\`.`);
      return structuredClone(detail);
    },

    modelSave: async (spec) => {
      const secret_present = spec.secret === null || secrets.has(spec.secret);
      state.models = [...state.models.filter((view) => view.spec.name !== spec.name), { spec, secret_present }];
      changed();
    },
    modelRemove: async (name) => {
      state.models = state.models.filter(({ spec }) => spec.name !== name);
      changed();
    },
    modelTest: async (spec) => {
      await pause(600);
      const ok = spec.secret === null || secrets.has(spec.secret);
      return {
        ok,
        words: ok ? 'It answered, streams, and asks for several calls at once.' : 'The provider refused the key (401).',
        failure: ok ? null : 'key_refused',
        tools: ok,
        parallel: ok,
        first_event_ms: ok ? 312 : 0,
        took_ms: 604,
      };
    },

    secretNames: async () => [...secrets].sort(),
    secretSet: async (name) => {
      secrets.add(name);
      changed();
    },
    secretRemove: async (name) => {
      secrets.delete(name);
      changed();
    },

    workspaceCreate: async ({ name, keychain: keeps }) => {
      await pause(200);
      Object.assign(state, { workspace: true, demo: false, name, keeps });
      changed();
      return { recovery_key: 'AGE-SECRET-KEY-1DEMO-DEMO-DEMO' };
    },
    workspaceUnlock: async (passphrase) => {
      if (passphrase !== 'open') throw refuse('wrong_key', 'That is not the passphrase.');
      Object.assign(state, { workspace: true, locked: null });
      changed();
    },
    workspaceRecover: async (recoveryKey) => {
      await pause(200);
      const digits = recoveryKey.replace(/[\s-]/g, '');
      if (!/^[0-9a-f]{64}$/i.test(digits)) throw refuse('bad_input', 'a recovery key has 64 digits and letters a to f, in eight groups');
      if (!/^0+$/.test(digits)) throw refuse('wrong_key', 'This recovery key does not open this workspace: a digit is wrong, or it is another workspace’s.');
      Object.assign(state, { workspace: true, locked: null });
      changed();
    },
    workspaceWrite: async () => {
      await pause(120);
      state.writes -= 1;
      if (state.writes >= 0) throw refuse('read_only', 'tieout 0.1.0 (process 4711) is writing to this workspace; close it, or go on reading');
      state.reader = false;
      changed();
    },
    demoOpen: async () => {
      Object.assign(state, { workspace: true, locked: null, keeps: 'memory', demo: true });
      changed();
    },
    settingSet: async (key, value) => {
      state.settings[key] = value;
      changed();
    },
    openExternal: async (url) => {
      document.documentElement.dataset.opened = url;
    },

    onTrailChanged: (on) => {
      onTrail.add(on);
      return () => onTrail.delete(on);
    },
    onSessionChanged: (on) => {
      onSession.add(on);
      return () => onSession.delete(on);
    },
  };
}

const HOLDER = { pid: 4711, program: 'tieout 0.1.0', since: 1_795_352_400_000_000 };

const LOCKED = {
  file: 'The workspace’s keys are in a file that a passphrase opens.',
  os: 'the keychain holds no key for this workspace; open it with the recovery key',
};

const NO_KEYCHAIN =
  'no program on this machine answers for the Secret Service. Install gnome-keyring (Debian, Ubuntu, Fedora) or KWallet, log out and in again.';

const NO_HARMLESS = 'none of its tools is a read that needs no arguments; try one by hand to see that it works';

const FINDINGS: VerifyReport['findings'] = [
  { kind: 'altered', seq: 17, words: 'The entry’s bytes do not hash to the leaf that the checkpoint covers.' },
  { kind: 'unopened', seq: 17, words: 'The payload `result` does not open its commitment.' },
  { kind: 'projection', seq: null, words: 'The table of calls says `returned` where the entries say `failed`.' },
];
