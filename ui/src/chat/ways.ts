// How one conversation's calls run, where it says otherwise than its workspace and model.

import type { ConversationSettings } from '../ipc/host';

export type Way = 'as_set' | 'on' | 'off';

export function wayOf(said: boolean | null): Way {
  return said === null ? 'as_set' : said ? 'on' : 'off';
}

function said(way: Way): boolean | null {
  return way === 'as_set' ? null : way === 'on';
}

export function sequentialOf(settings: ConversationSettings, way: Way): ConversationSettings {
  return { ...settings, sequential: said(way) };
}

export function earlyOf(settings: ConversationSettings, way: Way): ConversationSettings {
  return { ...settings, early: said(way) };
}

/** What it says otherwise, for the composer: `one at a time · no early start`; empty if nothing. */
export function waysWords({ sequential, early }: ConversationSettings): string {
  return [
    sequential === null ? '' : sequential ? 'one at a time' : 'all together',
    early === null ? '' : early ? 'early start' : 'no early start',
  ]
    .filter(Boolean)
    .join(' · ');
}
