// What is erased and held, in words.

import type { ErasePreview, EraseInput, HoldScope } from '../ipc/host';
import { counted, day, roleWords } from '../state/words';

/** What a hold covers. `title` is the conversation's, where it is known. */
export function coverWords(scope: HoldScope, title: string | undefined): string {
  switch (scope.kind) {
    case 'everything':
      return 'Everything';
    case 'conversation':
      return `Conversation “${title ?? `…${scope.conversation.slice(-6)}`}”`;
    case 'call':
      return `Call …${scope.call.slice(-6)}`;
  }
}

/** What would be erased: `the calls that the filter finds`. */
export function meantWords(scope: EraseInput, title?: string): string {
  switch (scope.kind) {
    case 'call':
      return 'everything that this call sent and got';
    case 'conversation':
      return `everything of the conversation “${title ?? `…${scope.conversation.slice(-6)}`}”`;
    case 'subject':
      return `every payload in which “${scope.words}” stands`;
    case 'before':
      return `everything that was recorded before ${day(scope.at)}`;
    case 'filter':
      return scope.text === '' ? 'everything of all calls' : `everything of the calls that “${scope.text}” finds`;
  }
}

/** `12 results, 12 arguments` as lines. */
export function roleLines(preview: ErasePreview): { words: string; count: number }[] {
  return preview.by_role.map(({ role, count }) => ({ words: roleWords(role), count }));
}

/** What stays although it was meant, and why; empty if nothing does. */
export function stayWords({ held, busy, gone }: ErasePreview): string[] {
  return [
    held > 0 ? `${counted(held, 'payload')} ${held === 1 ? 'stays' : 'stay'}: a hold covers ${held === 1 ? 'it' : 'them'}` : '',
    busy > 0 ? `${counted(busy, 'payload')} ${busy === 1 ? 'stays' : 'stay'}: the call or turn is still under way` : '',
    gone > 0 ? `${counted(gone, 'payload')} ${gone === 1 ? 'was' : 'were'} erased before` : '',
  ].filter(Boolean);
}
