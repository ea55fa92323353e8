import { expect, it } from 'vitest';

import { recipientMistake } from './words';

const GOOD = `age1${'q'.repeat(58)}`;

it.each([
  ['', ''],
  [GOOD, ''],
  [` ${GOOD} `, ''],
  ['ssh-ed25519 AAAA', 'A recipient begins with age1.'],
  [GOOD.slice(0, -1), 'A recipient has 62 characters; this has 61.'],
  [`${GOOD.slice(0, -1)}b`, 'There is a character in it that no recipient has.'],
  ['AGE-SECRET-KEY-1QQ', 'That is a secret key. Give the public one, which begins with age1, and keep this one to yourself.'],
])('a recipient %j', (text, words) => {
  expect(recipientMistake(text)).toBe(words);
});
