// What a recovery key looks like: 64 hexadecimal digits, in groups as a person likes.

const DIGITS = 64;

/** What is wrong with what was typed; empty if nothing is. The words don't repeat it. */
export function recoveryKeyError(typed: string): string {
  const digits = typed.replace(/[\s-]/g, '');
  if (digits === '') return 'Type the recovery key of this workspace.';
  if (/[^0-9a-f]/i.test(digits)) return 'A recovery key has digits and the letters a to f alone.';
  return digits.length === DIGITS ? '' : `A recovery key has ${DIGITS} digits and letters; these are ${digits.length}.`;
}
