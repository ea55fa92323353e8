// What a passphrase must be. Length is what resists guessing; nothing is asked of its letters.

const LEAST = 12;

export interface PassphraseErrors {
  readonly passphrase: string;
  readonly again: string;
}

/** What is wrong with the two fields; empty words if nothing is. */
export function passphraseErrors(passphrase: string, again: string): PassphraseErrors {
  const length = [...passphrase].length;
  const short = length < LEAST ? `Use at least ${LEAST} letters; ${length === 0 ? 'there are none yet' : `these are ${length}`}.` : '';
  return { passphrase: short, again: short === '' && again !== passphrase ? 'It is not the same as above.' : '' };
}
