// The host without a program behind it: for tests, screenshots and `npm run dev`. It keeps a record in memory, plays
// its answers from a plan, and stays under the page's real interface.

import { join, PUBLIC } from '../state/label';
import type { About, ConversationSettings, ConversationView, ModelReport, ModelView, NetworkSettings, RunEvent, Session, SourceSpec, SourceView, VerifyReport } from './bindings';
import { lint, misfits } from './fake/advice';
import { callByHand, madeAgain } from './fake/by_hand';
import { closed, closedRow } from './fake/closed';
import { models, questions, RUN_SETTINGS, sources, UNKNOWN } from './fake/company';
import { id } from './fake/ids';
import { changesOf, fetchedFrom, pickedSource, readImport, type FakeImport } from './fake/imports';
import { fakeOptions, type FakeOptions } from './fake/options';
import { planFor } from './fake/plans';
import type { Rules } from './fake/batch';
import { deepen } from './fake/deep';
import { draftOf, ofDraft, requestOf } from './fake/draft';
import { Trail } from './fake/record';
import { reviewHost } from './fake/review';
import { Run } from './fake/run';
import { changedServer, serverHost } from './fake/servers';
import { found, NOTHING_SPENT, presets, spentByDay } from './fake/supply';
import { checkToml, tomlOf } from './fake/toml';
import { tiesByWeek } from './fake/weeks';
import { wireOf } from './fake/wire';
import { HostError, type Host } from './host';

export { fakeOptions };

const MOST_SHOWN = 16_000_000;

export function fakeHost(options: FakeOptions = {}): Host {
  const { speed = 1, past = true, model = true, fatal = false, workspace = true } = options;
  const { locked = false, lost = false, keychain = true, reader = false, damaged = false, source = true } = options;
  const { many = 24, writes = 1, deep = 0, anchored = false } = options;
  const trail = new Trail();
  const runs = new Map<string, Run>();
  const secrets = new Set(['crm_token', 'billing_token', 'support_key', 'people_token']);
  const onTrail = new Set<(change: { entries: number }) => void>();
  const onSession = new Set<() => void>();
  const tomls = new Map<string, string>();
  const paused = new Set((options.paused ?? '').split(',').filter(Boolean));
  let importing = { id: 0, text: '', read: null as FakeImport | null };
  const settingsOf = new Map<string, ConversationSettings>();
  const state = {
    sources: [...(source ? sources() : []), ...(options.server ? [changedServer()] : [])] as SourceView[],
    models: model ? models() : ([] as ModelView[]),
    settings: {} as Record<string, unknown>,
    run: { ...RUN_SETTINGS },
    network: { proxy: { kind: 'system' }, roots: [] } as NetworkSettings,
    lastVerify: null as Session['trail']['last_verify'],
    workspace: workspace && !locked && !lost,
    locked: (lost ? 'os' : locked ? 'file' : null) as 'os' | 'file' | null,
    keeps: (lost ? 'os' : locked ? 'file' : 'memory') as About['keeps'],
    reader,
    writes,
    name: 'Demo company',
    demo: !locked && !lost,
    reviewing: false,
    stopping: false,
  };

  const nowMicros = () => Date.now() * 1000;
  const refuse = (code: HostError['code'], message: string, ...detail: string[]) =>
    new HostError({ code, message, detail });
  const changed = () => onSession.forEach((on) => on());
  const kept = (name: string | null) => name === null || secrets.has(name);

  /** Connects a source. One that came from a form has no text of its own: its file is written from it. */
  function put(spec: SourceSpec, toml: string | null) {
    if (toml === null) tomls.delete(spec.name);
    else tomls.set(spec.name, toml);
    const health = trail.health(spec.name);
    const known = state.sources.some((view) => view.spec.name === spec.name);
    const view = { spec, secret_present: true, token: null, health, paused: false, asks_to_wait_ms: 0 };
    state.sources = known ? state.sources.map((one) => (one.spec.name === spec.name ? view : one)) : [...state.sources, view];
    changed();
  }

  function conversation(title: string, at: number): ConversationView {
    const view = { row: { id: id('conv', at / 1000), title, at, turns: 0, label: PUBLIC, spent: NOTHING_SPENT }, turns: [] };
    trail.conversations.set(view.row.id, view);
    trail.append('conversation.opened', at, { conversation: view.row.id });
    return view;
  }

  function rules(conversation: string | null, model: ModelView | null, given: Partial<ConversationSettings> = {}): Rules {
    const said = (conversation && settingsOf.get(conversation)) || AS_SET;
    return {
      batchCalls: state.run.batch_calls,
      early: given.early ?? said.early ?? (state.run.early && model?.spec.early !== 'off'),
      sequential: given.sequential ?? said.sequential ?? (state.run.sequential || model?.spec.parallel === 'off'),
      paused,
    };
  }

  function touch(view: ConversationView, at: number) {
    view.row.turns = view.turns.length;
    view.row.at = at;
    view.row.label = view.turns.reduce((sum, turn) => (turn.answer ? join(sum, turn.answer.label) : sum), view.row.label);
  }

  function fill() {
    trail.append('trail.opened', nowMicros() - 90_000_000_000, { origin: 'tieout.example/ws', program: '0.1.0' });
    if (deep > 0) deepen(trail, deep, nowMicros() - (many + 1) * 3_700_000_000);
    const story = ['What does the support team earn on average?', 'Put a note on ticket 4711.', 'Which customers have overdue invoices?'];
    for (let back = past ? many : 0; back > 0; back -= 1) {
      const question = story[back % story.length] ?? '';
      const at = nowMicros() - back * 3_700_000_000;
      const view = conversation(question, at);
      new Run(trail, state.sources, view, planFor(question), 'Rehearsal model (no AI)', rules(null, null), question, at, () => {}).playNow();
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
  const { anchorsHeld, ...review } = reviewHost({
    trail,
    sources: () => state.sources.map(({ spec }) => spec.name),
    pause,
    changed,
    damaged,
    anchored,
    state,
  });

  return {
    ...review,
    ...serverHost({ pause, sources: () => state.sources, put: (spec) => put(spec, null), asks: options.asks ?? false }),
    session: async () => ({
      version: '0.1.0',
      workspace: state.workspace
        ? { id: 'ws_01K9', name: state.name, dir: '/tmp/demo.tieout', keeps: state.keeps, writer: !state.reader, held_by: state.reader ? HOLDER : null }
        : null,
      demo: state.workspace && state.demo,
      locked: state.locked && { why: { code: 'wrong_key', message: LOCKED[state.locked], detail: [] }, keeps: state.locked },
      reviewing: state.reviewing,
      trail: {
        entries: trail.entries.length,
        last_verify: state.lastVerify,
        fatal: fatal ? 'The trail can’t be written: the disk is full. Make room and start Tieout again.' : null,
      },
      models: state.models.map((view) => ({ ...structuredClone(view), secret_present: kept(view.spec.secret) })),
      sources: state.sources.map(({ spec }) => ({
        spec: structuredClone(spec),
        secret_present: spec.auth.kind === 'none' || kept(spec.auth.secret),
        token: null,
        health: trail.health(spec.name),
        paused: paused.has(spec.name),
        asks_to_wait_ms: 0,
      })),
      known_at: '2026-11-23',
      questions: questions(options),
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
      const run = new Run(trail, state.sources, view, planFor(input.question), title, rules(input.conversation, chosen, input), input.question, at, ended);
      touch(view, at);
      runs.set(run.turn.id, run);
      void run.play(speed).then(() => runs.delete(run.turn.id));
      return { turn: run.turn.id, conversation: view.row.id };
    },
    stop: async (turn) => runs.get(turn)?.stop(),
    cancelCall: async (turn, call) => {
      if (!runs.get(turn)?.cancel(call)) throw refuse('not_found', 'That call has ended.');
    },
    cancelBatch: async (turn, batch) => {
      if (!runs.get(turn)?.cancelBatch(batch)) throw refuse('not_found', 'That batch has ended.');
    },
    approve: async (turn, answers) => runs.get(turn)?.approve(answers),
    releaseBatch: async (turn, batch, approval) => {
      if (!runs.get(turn)?.release(batch, approval)) throw refuse('not_found', 'That batch is not held.');
    },
    retryCall: async (call, args) => {
      await pause(420);
      const made = madeAgain(trail, state.sources, call, args);
      if (!made) throw refuse('not_found', 'That call is not on record, or has not ended.');
      return structuredClone(made);
    },
    conversationSettings: async (wanted) => ({ ...(settingsOf.get(wanted) ?? AS_SET) }),
    saveConversationSettings: async (wanted, settings) => void settingsOf.set(wanted, { ...settings }),

    conversations: async (limit) =>
      [...trail.conversations.values()]
        .map(({ row }) => ({ ...row, title: state.reviewing ? '' : row.title }))
        .sort((a, b) => b.at - a.at)
        .slice(0, limit),
    conversation: async (wanted) => {
      const view = structuredClone(trail.conversations.get(wanted) ?? null);
      return view && state.reviewing ? { row: { ...view.row, title: '' }, turns: view.turns.map(closed) } : view;
    },
    call: async (wanted) => {
      const detail = structuredClone(trail.detail(wanted));
      return detail && state.reviewing ? { ...detail, row: closedRow(detail.row), payloads: [], used_by: [], taken_from: [] } : detail;
    },
    payload: async (_, commitment) => trail.payload(commitment, MOST_SHOWN),
    wire: async (wanted) => wireOf(trail, wanted, !state.reviewing),
    prove: async (seq) => trail.prove(seq),
    entry: async (seq) => trail.entries[seq] ?? null,
    verify: async (on) => {
      const total = trail.entries.length;
      state.stopping = false;
      for (let done = 0; done < total; done += Math.ceil(total / 8)) {
        on({ done, total });
        await pause(60);
        if (state.stopping) throw refuse('bad_input', 'The verification was stopped.');
      }
      on({ done: total, total });
      const report = trail.report(nowMicros());
      const anchor = Math.max(...anchorsHeld.list.map(({ last }) => last?.size ?? 0), 0);
      state.lastVerify = { ...(damaged ? damagedReport(report) : report), anchored: anchor || null };
      changed();
      return state.lastVerify;
    },
    verifyStop: async () => void (state.stopping = true),
    lastVerified: async () => state.lastVerify,

    sourceCheck: async (toml) => {
      const spec = ofDraft(toml);
      return spec ? { spec, mistakes: [] } : checkToml(toml);
    },
    sourceDraft: async (draft, tool, args) => draftOf(draft, tool, args),
    sourceExport: async (name) => `/home/ada/Downloads/tieout-${name}-2026-11-23.toml`,
    toolRequest: async (wanted, args) => {
      const [name, toolName] = wanted.split('.');
      const spec = state.sources.find((view) => view.spec.name === name)?.spec;
      const tool = spec?.tools.find((candidate) => candidate.name === toolName);
      if (!spec || !tool) throw refuse('not_found', `There is no tool \`${wanted}\`.`);
      return requestOf(spec, tool, args);
    },
    importBegin: async () => {
      importing = { id: importing.id + 1, text: '', read: null };
      return importing.id;
    },
    importPiece: async (wanted, piece) => {
      if (wanted === importing.id) importing.text += piece;
      await pause(4);
    },
    importFrom: async (wanted, address) => {
      const said = fetchedFrom(address);
      if (typeof said === 'string') throw refuse('bad_input', said);
      if (wanted === importing.id && said.text !== null) importing.text = said.text;
      return said.answer;
    },
    importReferences: async (_, origins) => ({ documents: origins.length, left: [] }),
    importLook: async (wanted, input) => {
      await pause(300);
      const read = wanted === importing.id ? readImport(importing.text, input) : 'this description is not looked at any more: choose it again';
      if (typeof read === 'string') throw refuse('bad_input', read);
      importing.read = read;
      return structuredClone(read.preview);
    },
    importChanges: async (_, name) => {
      if (!importing.read) throw refuse('not_found', 'Nothing was read.');
      return structuredClone(changesOf(importing.read, state.sources.find(({ spec }) => spec.name === name)?.spec));
    },
    importSave: async (_, pick) => {
      if (!importing.read) throw refuse('not_found', 'Nothing was read.');
      const spec = pickedSource(importing.read, pick);
      put(spec, null);
      return { name: spec.name, tools: spec.tools.length, unfit: [] };
    },
    importClose: async (wanted) => {
      if (wanted === importing.id) importing = { ...importing, text: '', read: null };
    },
    sourceSave: async (toml) => {
      const drafted = ofDraft(toml);
      if (drafted) return put(drafted, null);
      const { spec, mistakes } = checkToml(toml);
      if (!spec) throw refuse('bad_input', 'The source has mistakes.', ...mistakes.map(({ problem }) => problem));
      put(spec, toml);
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
    sourceSignIn: async (name) => {
      await pause(240);
      throw refuse('bad_input', `nobody signs in to ${name}: its auth is not \`oauth2_code\``);
    },
    sourceSignOut: async (name) => {
      throw refuse('not_found', `nobody is signed in to ${name}`);
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

    checkArguments: async (wanted, args) => misfits(state.sources, wanted, args),
    pauseSource: async (name) => {
      paused.add(name);
      changed();
    },
    resumeSource: async (name) => {
      paused.delete(name);
      runs.forEach((run) => run.resumed(name));
      changed();
    },
    lint: async () => lint(state.sources),
    runSettings: async () => structuredClone(state.run),
    saveRunSettings: async (settings) => {
      state.run = structuredClone(settings);
    },

    modelSave: async (spec) => {
      const secret_present = spec.secret === null || secrets.has(spec.secret);
      const view = { spec, secret_present, capabilities: spec.capabilities, learnt: UNKNOWN };
      state.models = [...state.models.filter((view) => view.spec.name !== spec.name), view];
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
        usage: { input: ok ? 180 : 0, output: ok ? 42 : 0 },
        checks: [
          { what: 'reachable', ok: true, words: `${spec.base_url} answers` },
          { what: 'key', ok, words: ok ? 'its key is accepted' : 'its key is refused' },
          ...(ok ? CHECKED : []),
        ],
      };
    },
    modelPresets: async () => presets(),
    modelsDiscover: async () => {
      await pause(300);
      return found();
    },
    tiesByWeek: async (since) => tiesByWeek([...trail.conversations.values()].flatMap(({ turns }) => turns), since),
    usage: async (since) => spentByDay(nowMicros(), since),

    network: async () => structuredClone(state.network),
    saveNetwork: async (settings) => {
      const { proxy, roots } = settings;
      const lacking = roots.find((path) => !path.endsWith('.pem'));
      if (lacking !== undefined) throw refuse('bad_input', `the certificates in ${lacking} can't be used: it holds no certificate`);
      const secret = proxy.kind === 'through' ? (proxy.secret ?? null) : null;
      if (!kept(secret)) throw refuse('bad_input', `the proxy's password \`${secret}\` is not in the keychain`);
      state.network = structuredClone(settings);
      changed();
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

const CHECKED: ModelReport['checks'] = [
  { what: 'streams', ok: true, words: 'its answer comes while it is written' },
  { what: 'tools', ok: true, words: 'it asked for a tool' },
  { what: 'parallel', ok: true, words: 'it asked for both tools in one message' },
  { what: 'context', ok: null, words: 'the provider does not say' },
  { what: 'speed', ok: true, words: '144 tokens a second' },
];

const AS_SET: ConversationSettings = { sequential: null, early: null };

const HOLDER = { pid: 4711, program: 'tieout 0.1.0', since: 1_795_352_400_000_000 };

const LOCKED = {
  file: 'The workspace’s keys are in a file that a passphrase opens.',
  os: 'the keychain holds no key for this workspace; open it with the recovery key',
};

const NO_KEYCHAIN =
  'no program on this machine answers for the Secret Service. Install gnome-keyring (Debian, Ubuntu, Fedora) or KWallet, log out and in again.';

const NO_HARMLESS = 'none of its tools is a read that needs no arguments; try one by hand to see that it works';

const FINDINGS: VerifyReport['findings'] = [
  { kind: 'altered', part: 'tree', seq: 17, words: 'The entry’s bytes do not hash to the leaf that the checkpoint covers.' },
  { kind: 'unopened', part: 'payloads', seq: 17, words: 'The payload `result` does not open its commitment.' },
  { kind: 'projection', part: 'projections', seq: null, words: 'The table of calls says `returned` where the entries say `failed`.' },
];

function damagedReport(report: VerifyReport): VerifyReport {
  const many = (part: string) => FINDINGS.filter((finding) => finding.part === part).length;
  return { ...report, findings: FINDINGS, parts: report.parts.map((one) => ({ ...one, findings: many(one.part) })) };
}
