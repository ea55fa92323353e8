// The fake's detectors: e-mail addresses, IBANs and names of fields, enough for a screen to have something to show.

import type { Category, Carried, ClassifiedText, Detected, Detection, FalseAlarm, KindCount, Label, MadeOf, OwnDetectors } from '../bindings';
import { PUBLIC, alarmOf, join, shapeOf } from '../../state/label';
import type { Trail } from './record';

const NOTHING: OwnDetectors = { patterns: [], lists: [] };
const KINDS: readonly { kind: string; category: Category; pattern: RegExp }[] = [
  { kind: 'email', category: 'contact', pattern: /[\w.+-]+@[\w-]+\.[\w.]*\w/g },
  { kind: 'iban', category: 'financial', pattern: /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b/g },
];
const FIELDS: Record<string, Category> = { salary: 'employment', diagnosis: 'health' };
const RESTRICTED: readonly Category[] = ['credential', 'health', 'biometric', 'legal', 'minors'];

/** What a text or a document holds. */
export function classified(text: string, own: OwnDetectors = NOTHING): ClassifiedText {
  const findings: Detection[] = [];
  walk(parse(text), '', '', own, findings);
  return { label: labelOf(findings), findings };
}

/** What a call carries; null if nothing was found in it. */
export function detectedIn(args: string, result: string, plain: Label, alarms: readonly FalseAlarm[], tool: string, own: OwnDetectors): Detected | null {
  const raised = (carried: Carried, text: string) => classified(text, own).findings.filter((finding) => !alarmOf(alarms, tool, carried, finding));
  const detected: Detected = { plain, arguments: raised('arguments', args), result: raised('result', result), unread: 0, left_out: 0 };
  return detected.arguments.length + detected.result.length === 0 ? null : detected;
}

/** What a row shows of it. */
export function madeOf(detected: Detected): MadeOf {
  const counts = new Map<string, number>();
  for (const { kind } of [...detected.arguments, ...detected.result]) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const found: KindCount[] = [...counts].map(([kind, count]) => ({ kind, count })).sort((one, other) => other.count - one.count);
  return { plain: detected.plain, found, unread: false };
}

export function labelOf(findings: readonly Detection[]): Label {
  return findings.reduce<Label>(
    (sum, { category }) => join(sum, { level: RESTRICTED.includes(category) ? 'restricted' : 'confidential', categories: [category] }),
    PUBLIC,
  );
}

/** What people say of findings. */
export class Judging {
  own: OwnDetectors = structuredClone(NOTHING);
  alarms: FalseAlarm[] = [];

  constructor(private readonly trail: Trail) {}

  dismiss(call: string, kind: string, carried: Carried, pointer: string, why: string) {
    const tool = this.trail.row(call)?.tool ?? '';
    const reason = this.trail.seal('reason', 'text/plain', why);
    this.trail.append('finding.dismissed', Date.now() * 1000, { call, kind, carried, pointer: shapeOf(pointer), reason });
    this.alarms = [...this.alarms, { tool, kind, carried, pointer: shapeOf(pointer), call }];
  }

  restore(alarm: FalseAlarm, why: string) {
    const { tool: _, ...place } = alarm;
    this.trail.append('finding.restored', Date.now() * 1000, { ...place, reason: this.trail.seal('reason', 'text/plain', why) });
    this.alarms = this.alarms.filter((known) => JSON.stringify(known) !== JSON.stringify(alarm));
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function walk(value: unknown, field: string, pointer: string, own: OwnDetectors, out: Detection[]) {
  if (value !== null && typeof value === 'object') {
    for (const [name, child] of Object.entries(value)) {
      walk(child, Array.isArray(value) ? field : name, `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, own, out);
    }
    return;
  }
  if (typeof value !== 'string' && typeof value !== 'number') return;
  const text = String(value);
  const before = out.length;
  const all = [...KINDS, ...ownKinds(own)];
  for (const { kind, category, pattern } of all) {
    for (const hit of text.matchAll(pattern)) {
      const start = new TextEncoder().encode(text.slice(0, hit.index)).length;
      out.push({ kind, category, pointer, start, end: start + new TextEncoder().encode(hit[0]).length, confidence: 90 });
    }
  }
  const category = FIELDS[field];
  if (out.length === before && category) out.push({ kind: `field.${category}`, category, pointer, start: 0, end: text.length, confidence: 70 });
}

function ownKinds({ patterns, lists }: OwnDetectors): { kind: string; category: Category; pattern: RegExp }[] {
  const escaped = (word: string) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return [
    ...patterns.flatMap(({ name, category, expression }) => {
      try {
        return expression === '' ? [] : [{ kind: name, category, pattern: new RegExp(expression, 'g') }];
      } catch {
        return [];
      }
    }),
    ...lists.filter(({ words }) => words.length > 0).map(({ name, category, words }) => ({ kind: name, category, pattern: new RegExp(`\\b(?:${words.map(escaped).join('|')})\\b`, 'gi') })),
  ];
}
