// The words of a verification.

import type { FindingKind, Part } from '../ipc/host';

const PARTS: Record<Part, string> = {
  tree: 'Tree of entries',
  checkpoints: 'Checkpoints',
  known: 'Checkpoints seen before',
  anchors: 'Anchors',
  story: 'Stories of calls',
  conversations: 'Conversations',
  payloads: 'Payloads',
  ties: 'Figures of answers',
  projections: 'What screens show',
};

const KINDS: Record<FindingKind, string> = {
  missing: 'missing',
  altered: 'altered',
  gap: 'gap',
  truncated: 'cut off',
  forked: 'forked',
  unsigned: 'not signed by this trail',
  unopened: 'payload does not fit',
  'off-policy': 'without leave',
  projection: 'screens disagree with the record',
};

export const partWords = (part: Part): string => PARTS[part];
export const findingWord = (kind: FindingKind): string => KINDS[kind];
