// How well the trail is anchored: the age of the newest checkpoint that lies outside this machine.

import type { AnchorView, Anchored } from '../ipc/host';
import { ago, counted } from './words';

/** After so long without a new one a person should look. */
const LATE_MS = 24 * 60 * 60 * 1000;

export type AnchorTone = 'none' | 'calm' | 'warn';

export interface AnchorState {
  readonly tone: AnchorTone;
  /** `anchored 5 min ago` */
  readonly words: string;
  readonly newest: Anchored | null;
}

/** How it stands now. Anchors that fail beside one that holds are a warning too: they were set up to be independent. */
export function anchorState(list: readonly AnchorView[], entries: number, nowMs: number): AnchorState {
  const newest = list.reduce<Anchored | null>((last, view) => (view.last && (!last || view.last.at > last.at) ? view.last : last), null);
  if (list.length === 0) return { tone: 'none', words: 'not anchored', newest };
  if (!newest) return { tone: 'warn', words: 'not anchored yet', newest };
  const failing = list.filter(({ last, failure }) => failure && (!last || failure.at > last.at)).length;
  const late = nowMs - newest.at / 1000 > LATE_MS && newest.size < entries;
  const words = `anchored ${ago(newest.at, Math.max(nowMs, newest.at / 1000))}`;
  if (failing > 0) return { tone: 'warn', words: `${words}, ${counted(failing, 'anchor fails', 'anchors fail')}`, newest };
  return { tone: late ? 'warn' : 'calm', words, newest };
}
