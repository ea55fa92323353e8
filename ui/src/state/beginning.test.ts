import { describe, expect, it } from 'vitest';

import { fakeHost } from '../ipc/fake';
import { Beginning } from './beginning.svelte';

function begun(options = {}) {
  const host = fakeHost({ past: false, speed: 100, ...options });
  let opened = 0;
  const beginning = new Beginning(host, async () => void (opened += 1));
  return { host, beginning, opened: () => opened };
}

describe('before a workspace is open', () => {
  it('making one gives its recovery key until that is written down', async () => {
    const { beginning, opened } = begun({ workspace: false });
    await beginning.make({ name: 'Mine', keychain: 'os', passphrase: null });
    expect(beginning.recovery).toMatch(/./);
    expect([beginning.busy, opened()]).toEqual(['', 1]);
    beginning.wrote();
    expect(beginning.recovery).toBeNull();
  });

  it('a wrong passphrase is said, and can be tried again', async () => {
    const { beginning, opened } = begun({ locked: true });
    await beginning.unlock('wrong');
    expect([beginning.error, opened()]).toEqual(['That is not the passphrase.', 0]);
    await beginning.unlock('open');
    expect([beginning.error, opened()]).toEqual(['', 1]);
  });

  it('the recovery key opens what the keychain has lost; another does not', async () => {
    const { host, beginning, opened } = begun({ lost: true });
    expect((await host.session()).locked?.keeps).toBe('os');
    await beginning.recover('7'.repeat(64), null);
    expect([/does not open this workspace/.test(beginning.error), opened()]).toEqual([true, 0]);
    await beginning.recover('00000000-'.repeat(8), null);
    expect([beginning.error, beginning.busy, opened()]).toEqual(['', '', 1]);
  });
});
