import { createContext } from 'svelte';

import type { CallId } from '../ipc/host';

/** What marks in a text lead to. */
export interface Citing {
  /** The call that a handle names, and its words for a person. */
  named: (handle: string) => { call: CallId; words: string } | null;
  open: (call: CallId) => void;
}

export const [useCiting, provideCiting] = createContext<Citing>();

/** Deeper than this, what is nested shows as its source. */
export const DEEPEST = 12;
