// What a bundle is, in words, and what may be written as its recipient.

import type { BundleScope } from '../ipc/host';

/** The characters of bech32 after its separator. */
const RECIPIENT = /^age1[qpzry9x8gf2tvdw0s3jn54khce6mua7l]{58}$/;

/** What is wrong with a recipient; empty if it can be one, or is left out. */
export function recipientMistake(text: string): string {
  const recipient = text.trim();
  if (recipient === '' || RECIPIENT.test(recipient)) return '';
  if (/^AGE-SECRET-KEY-/i.test(recipient)) return 'That is a secret key. Give the public one, which begins with age1, and keep this one to yourself.';
  if (!recipient.startsWith('age1')) return 'A recipient begins with age1.';
  if (recipient.length !== 62) return `A recipient has 62 characters; this has ${recipient.length}.`;
  return 'There is a character in it that no recipient has.';
}

/** What the bundle is of: `this answer`. */
export function ofWords(scope: BundleScope): string {
  return { trail: 'the whole trail', conversation: 'this conversation', answer: 'this answer' }[scope.kind];
}

/** What stands in it, and what it shows whom. */
export function holdsWords(scope: BundleScope): string {
  switch (scope.kind) {
    case 'trail':
      return 'Every entry of the trail with its signed checkpoints.';
    case 'conversation':
      return 'Every entry of the conversation, each with the proof that it is in the trail.';
    case 'answer':
      return 'Every entry of the conversation up to this answer, each with the proof that it is in the trail.';
  }
}
