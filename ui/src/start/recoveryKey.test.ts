import { expect, it } from 'vitest';

import { recoveryKeyError } from './recoveryKey';

it('takes a recovery key however it is grouped, and says what is missing', () => {
  const group = '0123abcd';
  const whole = Array.from({ length: 8 }, () => group);
  for (const between of ['-', ' ', '\n', '']) expect(recoveryKeyError(whole.join(between))).toBe('');
  expect(recoveryKeyError(whole.join('-').toUpperCase())).toBe('');
  expect(recoveryKeyError(' ')).toContain('Type the recovery key');
  expect(recoveryKeyError(whole.slice(1).join('-'))).toContain('these are 56');
  const wrong = recoveryKeyError(`${whole.join('-')}g`);
  expect(wrong).toContain('letters a to f');
  expect(wrong).not.toContain(group);
});
