// Why words that a bundle commits to are not in it.

import type { Manifest } from '../../ipc/host';

export function goneWords({ payloads }: Manifest): string {
  return payloads ? 'erased' : 'not in the bundle, which was made without payloads';
}
