import { createContext } from 'svelte';

import type { CallId } from '../ipc/host';
import type { Tied } from '../state/tied';

/** What marks in a text lead to. */
export interface Citing {
  /** The call that a handle names, and its words for a person. */
  named: (handle: string) => { call: CallId; words: string } | null;
  open: (call: CallId) => void;
}

/** The figures of a text, of which one is a stop of the Tab key: from there on `j` and `k` walk. */
export interface Marking {
  readonly tied: Tied | null;
  /** The number of the figure that Tab comes to. */
  stop: number;
}

export const [useCiting, provideCiting] = createContext<Citing>();
export const [useMarking, provideMarking] = createContext<Marking>();

/** Deeper than this, what is nested shows as its source. */
export const DEEPEST = 12;
