// What the fake says of an answer's results: what they combine, and what its model did not see of them.

import type { CallRow, Category, Combined, Unseen } from '../bindings';
import { CATEGORIES } from '../../state/label';

const SENSITIVE: readonly Category[] = ['financial', 'health', 'employment', 'legal', 'minors', 'biometric'];
/** The model that is cleared for less than some results are. */
const CLOUD = 'A cloud model';

/** Who somebody is from one source and what concerns them from another. */
export function together(rows: readonly CallRow[]): Combined[] {
  const held = new Set(rows.flatMap(({ label }) => label.categories));
  const categories = CATEGORIES.filter((category) => held.has(category) && category !== 'organisation');
  const sources = [...new Set(rows.map(({ tool }) => tool.split('.')[0] ?? tool))].sort();
  const tells = categories.some((category) => category === 'identity' || category === 'contact') && categories.some((category) => SENSITIVE.includes(category));
  const alone = sources.some((source) => {
    const own = new Set(rows.filter(({ tool }) => tool.startsWith(`${source}.`)).flatMap(({ label }) => label.categories));
    return categories.every((category) => own.has(category));
  });
  if (!tells || alone) return [];
  return [{ categories, one_subject: false, sources, calls: rows.filter(({ label }) => label.categories.length > 0).map(({ call }) => call) }];
}

/** What a model with a lower clearance did not see. */
export function unseenBy(model: string, rows: readonly CallRow[]): Unseen {
  if (model !== CLOUD) return { values: 0, results: [], spans: [] };
  const values = rows.reduce((sum, { made }) => sum + (made?.found.reduce((all, { count }) => all + count, 0) ?? 0), 0);
  return { values, results: rows.filter(({ label, made }) => label.level === 'restricted' && made === null).map(({ call }) => call), spans: [] };
}
