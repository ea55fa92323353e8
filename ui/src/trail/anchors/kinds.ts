// The kinds of anchors, in words.

import type { AnchorSpec, AnchorWrites } from '../../ipc/host';

export type { AnchorSpec };
export type AnchorKind = AnchorSpec['kind'];

export const KINDS: readonly { value: AnchorKind; words: string; says: string }[] = [
  { value: 'witness', words: 'Witness', says: 'A server that signs a checkpoint only if it continues the last one that it saw. The strongest kind.' },
  { value: 'timestamp', words: 'Time stamp authority', says: 'A service that signs when it saw a checkpoint (RFC 3161).' },
  { value: 'folder', words: 'Folder', says: 'A folder or share that others read and that you can’t take back from.' },
];

/** What a write does before it leaves. */
export const WAITS: readonly { value: AnchorWrites; words: string; says: string }[] = [
  { value: 'off', words: 'Don’t wait', says: 'Anchors hold what was written soon afterwards.' },
  { value: 'try', words: 'Wait a while', says: 'A write waits until an anchor holds its entry, and leaves all the same if none answers.' },
  { value: 'require', words: 'Wait or stay', says: 'A write that no anchor holds is not sent, and says so.' },
];

export const kindWords = (kind: AnchorKind): string => KINDS.find(({ value }) => value === kind)?.words ?? kind;

/** Where it is. */
export const placeOf = (spec: AnchorSpec): string => (spec.kind === 'folder' ? spec.path : spec.url);
