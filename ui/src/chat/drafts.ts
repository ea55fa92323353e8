// Drafts outlive the window: a question half written is work.

import type { ConversationId } from '../ipc/host';

const key = (id: ConversationId | null) => `draft:${id ?? 'new'}`;
const LONGEST = 100_000;

export function draftOf(id: ConversationId | null): string {
  return localStorage.getItem(key(id)) ?? '';
}

export function keepDraft(id: ConversationId | null, text: string) {
  if (text === '') localStorage.removeItem(key(id));
  else if (text.length <= LONGEST) localStorage.setItem(key(id), text);
}
