// The fake's side of the trail's screens: search, care, anchors, evidence, review. One part of the host.

import type { AboveClearance, Progress, Roles, SavedFilter } from '../bindings';
import { HostError, type Host } from '../host';
import { Care } from './care';
import { closed, closedRow } from './closed';
import { classified } from './detect';
import { completions, mistakeIn, type Marks } from './filter';
import { Anchors, Evidence } from './outside';
import type { Trail } from './record';
import { Search } from './search';
import { wireOf } from './wire';

export interface Reviewed {
  trail: Trail;
  sources: () => readonly string[];
  pause: (ms: number) => Promise<void>;
  changed: () => void;
  damaged: boolean;
  /** Whether an anchor is set up already. */
  anchored: boolean;
  state: { reviewing: boolean };
}

type Methods =
  | 'search' | 'filterCheck' | 'complete' | 'facets' | 'overview' | 'answers' | 'turnView' | 'savedFilters' | 'saveFilters'
  | 'exportPreview' | 'exportMake' | 'exportView' | 'answerSave' | 'showInFolder'
  | 'erasePreview' | 'erase' | 'holds' | 'holdAdd' | 'holdRelease'
  | 'retention' | 'saveRetention' | 'retentionPreview' | 'retentionApply'
  | 'ownDetectors' | 'saveOwnDetectors' | 'classified' | 'aboveClearance' | 'saveAboveClearance'
  | 'falseAlarms' | 'dismissFinding' | 'restoreFinding' | 'lowerLabel'
  | 'anchors' | 'anchorSave' | 'anchorRemove' | 'anchorNow' | 'anchorTest' | 'anchorWrites' | 'anchorWritesSave'
  | 'bundleOpen' | 'bundleEntry' | 'roles' | 'saveRoles' | 'bundleCall' | 'bundleWire' | 'bundleClose' | 'reviewStart' | 'reviewEnd' | 'reviewOpen' | 'keyRotate';

export function reviewHost({ trail, sources, pause, changed, damaged, anchored, state }: Reviewed): Pick<Host, Methods> & { anchorsHeld: Anchors } {
  const care: Care = new Care(trail, () => search);
  const marks: Marks = { sources: [], erased: (row) => erasedIn(trail, row.call), held: (row) => care.held(row) };
  const search = new Search(trail, marks);
  const evidence = new Evidence(trail);
  const anchors = new Anchors(trail);
  let saved: SavedFilter[] = [{ name: 'Failures this week', text: 'outcome:failed,timed_out since:7d' }];
  if (anchored) {
    anchors.save({ name: 'witness-a', kind: 'witness', url: 'https://witness.example/tieout', vkey: 'witness.example+8a3f01c2+BJk0Qq' });
    anchors.now();
  }
  let above: AboveClearance = 'redact';
  let epoch = 1;
  let roles: Roles = { reviewer_may_open_payloads: true };

  const refuse = (code: HostError['code'], message: string, ...detail: string[]) => new HostError({ code, message, detail });
  const read = (text: string) => {
    const mistake = mistakeIn(text);
    if (mistake) throw refuse('bad_input', 'The filter has a mistake.', mistake.words);
  };
  const steps = async (on: (progress: Progress) => void, total: number) => {
    for (let done = 0; done < total; done += Math.max(1, Math.ceil(total / 6))) {
      on({ done, total });
      await pause(90);
    }
    on({ done: total, total });
  };

  return {
    anchorsHeld: anchors,

    search: async (text, before, limit) => {
      read(text);
      const page = search.page(text, before, limit);
      return state.reviewing ? { ...page, rows: page.rows.map(closedRow) } : page;
    },
    filterCheck: async (text) => mistakeIn(text),
    complete: async (text, cursor) => completions(text, cursor, sources()),
    facets: async (text) => {
      read(text);
      return search.facets(text);
    },
    overview: async (text) => {
      read(text);
      return search.overview(text);
    },
    answers: async (before, limit) => search.answers(before, limit).map((row) => (state.reviewing ? { ...row, question: '' } : row)),
    turnView: async (turn) => {
      const found = [...trail.conversations.values()].flatMap(({ turns }) => turns).find(({ id }) => id === turn);
      if (!found) throw refuse('not_found', 'That answer is not on record.');
      const view = structuredClone(found);
      return state.reviewing ? closed(view) : view;
    },
    savedFilters: async () => structuredClone(saved),
    saveFilters: async (list) => void (saved = structuredClone(list)),

    exportPreview: async (scope) => evidence.preview(scope),
    exportMake: async (scope, payloads, recipient, on) => {
      await steps(on, evidence.preview(scope).entries);
      return evidence.make(scope, payloads, recipient);
    },
    exportView: async (text, form) => {
      read(text);
      await pause(200);
      return evidence.view(search.found(text).length, form);
    },
    answerSave: async (turn, form) => {
      const answer = [...trail.conversations.values()].flatMap(({ turns }) => turns).find(({ id }) => id === turn)?.answer;
      if (!answer) throw refuse('not_found', 'That answer is not on record.');
      return evidence.document(answer, form);
    },
    showInFolder: async (path) => {
      if (!evidence.made.has(path)) throw refuse('not_found', 'This run has not made that file.');
      document.documentElement.dataset.shown = path;
    },

    erasePreview: async (scope) => {
      await pause(60);
      if (scope.kind === 'filter') read(scope.text);
      return care.preview(scope);
    },
    erase: async (scope, why) => {
      await pause(400);
      return care.erase(scope, why);
    },
    holds: async () => structuredClone(care.holds),
    holdAdd: async (scope, why) => care.add(scope, why),
    holdRelease: async (hold, why) => care.release(hold, why),
    retention: async () => structuredClone(care.retention),
    saveRetention: async (retention) => void (care.retention = structuredClone(retention)),
    retentionPreview: async (retention) => care.retentionPreview(retention),
    retentionApply: async () => care.retentionApply(),

    ownDetectors: async () => structuredClone(trail.judging.own),
    saveOwnDetectors: async (own) => {
      const wrong = [...own.patterns, ...own.lists].find(({ name }) => !/^[a-z0-9_.]{1,48}$/.test(name));
      if (wrong) throw refuse('bad_input', `\`${wrong.name}\` can’t name a kind: use lower-case letters, digits, \`_\` and \`.\``);
      trail.judging.own = structuredClone(own);
      changed();
    },
    classified: async (text, own) => classified(text, own),
    aboveClearance: async () => above,
    saveAboveClearance: async (how) => void (above = how),
    falseAlarms: async () => structuredClone(trail.judging.alarms),
    dismissFinding: async (call, kind, carried, pointer, why) => trail.judging.dismiss(call, kind, carried, pointer, why),
    restoreFinding: async (alarm, why) => trail.judging.restore(alarm, why),
    lowerLabel: async (id, to, why) => {
      const view = trail.conversations.get(id);
      if (!view) throw refuse('not_found', 'There is no such conversation.');
      const from = view.row.label;
      const lowered = { ...from, level: to };
      trail.append('label.lowered', Date.now() * 1000, { conversation: id, from, to: lowered, reason: trail.seal('reason', 'text/plain', why) });
      view.row.label = lowered;
      changed();
      return lowered;
    },

    anchors: async () => structuredClone(anchors.list),
    anchorSave: async (spec) => {
      anchors.save(structuredClone(spec));
      changed();
    },
    anchorRemove: async (name) => {
      anchors.list = anchors.list.filter(({ spec }) => spec.name !== name);
      changed();
    },
    anchorNow: async () => {
      await pause(300);
      const list = anchors.now();
      changed();
      return structuredClone(list);
    },
    anchorTest: async (spec) => {
      await pause(300);
      return anchors.test(spec);
    },
    anchorWrites: async () => anchors.writes,
    anchorWritesSave: async (how) => {
      if (how === 'require' && anchors.list.length === 0) throw refuse('bad_input', 'there is no anchor, so no write could ever leave; add one first');
      anchors.writes = how;
      changed();
    },

    bundleOpen: async (path, identity, vkey) => {
      await pause(300);
      if (!/\.tieout(\.age)?$/.test(path)) throw refuse('bad_input', `\`${path}\` is no evidence bundle.`, 'A bundle’s name ends in `.tieout`, of an encrypted one in `.tieout.age`.');
      if (path.endsWith('.age') && !identity) throw refuse('bad_input', 'The bundle is encrypted: it opens with the age identity that it was encrypted to.');
      return evidence.bundle(path, damaged, vkey);
    },
    bundleEntry: async (seq) => {
      const entry = trail.entries[seq];
      if (!entry) throw refuse('not_found', `The bundle has no entry ${seq} that can be shown.`);
      return structuredClone(entry);
    },
    roles: async () => ({ ...roles }),
    saveRoles: async (wanted) => {
      roles = { ...wanted };
      trail.append('settings.changed', Date.now() * 1000, { key: 'roles' });
      changed();
    },
    bundleCall: async (call) => {
      const detail = trail.detail(call);
      if (!detail) throw refuse('not_found', 'The bundle does not hold that call.');
      const { row, entries, payloads, used_by, taken_from, detected } = structuredClone(detail);
      return evidence.payloads
        ? { row, entries, payloads, used_by, taken_from, detected }
        : { row: closedRow(row), entries, payloads: [], used_by: [], taken_from: [], detected: null };
    },
    bundleWire: async (turn) => wireOf(trail, turn, evidence.payloads),
    bundleClose: async () => {},
    reviewStart: async () => {
      state.reviewing = true;
      changed();
    },
    reviewEnd: async () => {
      state.reviewing = false;
      changed();
    },
    reviewOpen: async (call) => {
      if (!roles.reviewer_may_open_payloads) throw refuse('bad_input', 'Reviewers may not open payloads in this workspace: its roles say so.');
      const detail = trail.detail(call);
      if (!detail) throw refuse('not_found', 'That call is not on record.');
      trail.append('review.opened', Date.now() * 1000, { opened: call });
      return structuredClone(detail);
    },
    keyRotate: async () => {
      epoch += 1;
      trail.append('epoch.opened', Date.now() * 1000, { origin: `tieout.example/ws/${epoch}` });
      return `tieout.example/ws/${epoch}+1f0c22aa+AQ`;
    },
  };
}

function erasedIn(trail: Trail, call: string): boolean {
  if (trail.erased.size === 0) return false;
  return trail.entries.some((entry) => (entry.body as { call?: string }).call === call && trail.sealedBy(entry).some((one) => trail.erased.has(one)));
}
