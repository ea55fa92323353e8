import { untrack } from 'svelte';

import { isWriting, pressed } from './keys';

/** Something a person can do from the palette or by its keys. */
export interface Action {
  readonly id: string;
  readonly words: string;
  /** Under which heading the list of keys shows it. */
  readonly group: string;
  /** `mod+n`, `?`. A chord without `mod` is left alone while somebody writes. */
  readonly chord?: string;
  /** Missing for keys that only the list explains, since their own control takes them. */
  readonly run?: () => void;
}

/** What can be done now. A screen adds its actions when it mounts and takes them away when it goes. */
export class Actions {
  #all = $state.raw<readonly Action[]>([]);

  get all(): readonly Action[] {
    return this.#all;
  }

  /** Returns what takes them away again. Made for `$effect(() => actions.add([...]))`. */
  add(more: readonly Action[]): () => void {
    // Untracked: the effect that adds must not run again because something was added.
    untrack(() => (this.#all = [...this.#all, ...more]));
    return () => untrack(() => (this.#all = this.#all.filter((action) => !more.includes(action))));
  }

  /** Runs the action whose chord this is. The newest wins: a screen may take a chord over. */
  press(event: KeyboardEvent): boolean {
    const action = this.#all.findLast(
      ({ chord, run }) =>
        chord && run && pressed(chord, event) && (chord.startsWith('mod+') || !isWriting(event.target)),
    );
    if (!action?.run || event.defaultPrevented) return false;
    event.preventDefault();
    action.run();
    return true;
  }
}
