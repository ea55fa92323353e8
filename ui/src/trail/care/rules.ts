// Rules of retention as a form holds them.

import type { Level, PayloadRole, Retention } from '../../ipc/host';

export interface RuleForm {
  role: PayloadRole | '';
  level: Level | '';
  days: string;
}

export function formOf({ rules }: Retention): RuleForm[] {
  return rules.map(({ role, at_least, days }) => ({ role: role ?? '', level: at_least ?? '', days: String(days) }));
}

/** The rules, or the first row that is none and why. */
export function rulesOf(forms: readonly RuleForm[]): { rules: Retention } | { row: number; words: string } {
  const seen = new Set<string>();
  for (const [row, { role, level, days }] of forms.entries()) {
    if (!/^\d{1,5}$/.test(days.trim()) || Number(days) < 1) return { row, words: 'Write a number of days, 1 or more.' };
    const key = `${role} ${level}`;
    if (seen.has(key)) return { row, words: 'There is a rule for these already.' };
    seen.add(key);
  }
  const rules = forms.map(({ role, level, days }) => ({
    ...(role === '' ? {} : { role }),
    ...(level === '' ? {} : { at_least: level }),
    days: Number(days),
  }));
  return { rules: { rules } };
}
