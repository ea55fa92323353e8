// Why words that a bundle commits to are not in it: it may have been made without payloads.

import type { Manifest } from '../../ipc/host';

export function goneWords({ payloads }: Manifest): string {
  return payloads ? 'erased' : 'left out of the bundle';
}
