import { expect, it } from 'vitest';

import { passphraseErrors } from './passphrase';

it('wants a long passphrase, twice the same', () => {
  expect(passphraseErrors('', '').passphrase).toContain('none yet');
  expect(passphraseErrors('short', 'short')).toEqual({ passphrase: 'Use at least 12 letters; these are 5.', again: '' });
  expect(passphraseErrors('correct horse battery', 'correct horse')).toEqual({
    passphrase: '',
    again: 'It is not the same as above.',
  });
  expect(passphraseErrors('correct horse battery', 'correct horse battery')).toEqual({ passphrase: '', again: '' });
});
