// What leaves the fake's machine, or would: anchors, bundles, views.

import { PUBLIC, join } from '../../state/label';
import type { AnchorSpec, AnchorView, AnchorWrites, Answer, BundleMade, BundlePreview, BundleScope, BundleView, DocumentForm, EntryView, ViewForm } from '../bindings';
import { HostError } from '../host';
import { closed } from './closed';
import { digest } from './ids';
import type { Trail } from './record';

const ENDINGS: Record<ViewForm, string> = { csv: 'csv', jsonl: 'jsonl', ocsf: 'ocsf.jsonl', otlp: 'otlp.json' };

export class Anchors {
  list: AnchorView[] = [];
  writes: AnchorWrites = 'off';

  constructor(private readonly trail: Trail) {}

  save(spec: AnchorSpec) {
    if (!/^[A-Za-z0-9_-]{1,40}$/.test(spec.name)) throw refused('A name has 1 to 40 letters, digits, `-` and `_`.');
    if (spec.kind !== 'folder' && !/^https?:\/\//.test(spec.url)) throw refused('The address must begin with `https://`.');
    if (spec.kind === 'witness' && !/^\S+\+[0-9a-f]{8}\+\S+$/.test(spec.vkey)) throw refused('That is no verifier key: `name+12345678+key`.');
    const known = this.list.find((view) => view.spec.name === spec.name);
    const view = { spec, last: known?.last ?? null, failure: null };
    this.list = [...this.list.filter((other) => other !== known), view].sort((a, b) => a.spec.name.localeCompare(b.spec.name));
  }

  now(): AnchorView[] {
    const at = Date.now() * 1000;
    this.list = this.list.map((view) => {
      if (unreachable(view.spec)) return { ...view, failure: { at, words: 'No connection: the name could not be found.' } };
      const size = this.trail.entries.length;
      const seq = this.trail.append('anchor.recorded', at, { anchor: view.spec.name, size });
      return { ...view, last: { seq, at, size }, failure: null };
    });
    return this.list;
  }

  test(spec: AnchorSpec): string {
    if (unreachable(spec)) throw refused('No connection: the name could not be found.');
    return spec.kind === 'folder' ? 'The folder can be written.' : spec.kind === 'witness' ? 'It answered in 82 ms, and its key is the one given.' : 'It answered in 140 ms with a time stamp.';
  }
}

export class Evidence {
  readonly made = new Set<string>();
  /** Whether the bundle that is open was made with payloads. */
  payloads = true;

  constructor(private readonly trail: Trail) {}

  preview(scope: BundleScope): BundlePreview {
    const entries = this.#entries(scope);
    const calls = new Set(entries.flatMap(({ body }) => (body as { call?: string }).call ?? []));
    const sealed = entries.flatMap((entry) => this.trail.sealedBy(entry));
    const kept = sealed.flatMap((commitment) => this.trail.payloads.get(commitment) ?? []);
    return {
      entries: entries.length,
      calls: calls.size,
      payloads: kept.length,
      payload_bytes: kept.reduce((sum, { size }) => sum + size, 0),
      erased: sealed.length - kept.length,
      label: this.trail.rows.filter(({ call }) => calls.has(call)).reduce((sum, { label }) => join(sum, label), PUBLIC),
    };
  }

  make(scope: BundleScope, payloads: boolean, recipient: string | null): BundleMade {
    const preview = this.preview(scope);
    const begun = this.trail.append('export.begun', Date.now() * 1000, { scope });
    const made = this.#file(`${scope.kind}-${begun}.tieout${recipient ? '.age' : ''}`, preview.entries * 400 + (payloads ? preview.payload_bytes : 0));
    this.trail.append('export.made', Date.now() * 1000, { begun, sha256: made.sha256, size: made.size });
    return { ...made, entries: preview.entries, payloads: payloads ? preview.payloads : 0 };
  }

  view(calls: number, form: ViewForm): BundleMade {
    return { ...this.#file(`calls-${this.trail.entries.length}.${ENDINGS[form]}`, calls * 180), entries: calls, payloads: 0 };
  }

  document(answer: Answer, form: DocumentForm): BundleMade {
    const name = `answer-${this.trail.entries.length}.${form === 'html' ? 'html' : 'md'}`;
    return { ...this.#file(name, answer.text.length + answer.ties.spans.length * 120), entries: 0, payloads: 0 };
  }

  /** What the page shows of a bundle of the whole record; of one whose name says that it is bare, without payloads. */
  bundle(path: string, damaged: boolean, against: string | null): BundleView {
    this.payloads = !path.includes('bare');
    const report = this.trail.report(Date.now() * 1000);
    const turns = [...this.trail.conversations.values()].flatMap((view) => view.turns).slice(0, 12).map((turn) => (this.payloads ? turn : closed(turn)));
    const calls = turns.flatMap((turn) => turn.batches.flatMap((batch) => batch.calls)).toReversed();
    return structuredClone({
      manifest: {
        v: 1,
        scope: { kind: 'trail' },
        vkey: report.vkeys[0] ?? '',
        size: this.trail.entries.length,
        entries: this.trail.entries.length,
        payloads: this.payloads,
        made_at: Date.now() * 1000 - 7_200_000_000,
        program: 'tieout 0.1.0',
      },
      report: damaged ? { ...report, findings: [{ kind: 'altered', part: 'tree', seq: 17, words: 'The entry’s bytes do not hash to the leaf that the checkpoint covers.' }] } : report,
      against,
      conversations: [...this.trail.conversations.values()].map(({ row }) => row),
      turns,
      calls,
    });
  }

  #file(name: string, size: number): Pick<BundleMade, 'path' | 'size' | 'sha256'> {
    const path = `/home/ines/Downloads/tieout-${name}`;
    this.made.add(path);
    return { path, size, sha256: digest(path) };
  }

  #entries(scope: BundleScope): EntryView[] {
    if (scope.kind === 'trail') return this.trail.entries;
    const conversation = scope.kind === 'conversation' ? scope.conversation : this.#conversationOf(scope.turn);
    return this.trail.entries.filter(({ body }) => (body as { conversation?: string }).conversation === conversation);
  }

  #conversationOf(turn: string): string | undefined {
    return [...this.trail.conversations.values()].find(({ turns }) => turns.some(({ id }) => id === turn))?.row.id;
  }
}

const unreachable = (spec: AnchorSpec) => spec.kind !== 'folder' && spec.url.includes('nowhere');

function refused(message: string): HostError {
  return new HostError({ code: 'bad_input', message, detail: [] });
}
