import type { TiedSpan } from '../ipc/host';
import type { Tied } from './tied';

/** A figure that somebody points at or has the focus on. */
export interface Pointed {
  readonly span: TiedSpan;
  readonly of: Tied;
  /** Where it stands on the page. */
  readonly element: HTMLElement;
}

/** Passing over a figure shows nothing; resting on it does. */
const REST_MS = 180;
/** On the way from the figure to its card the card stays. */
const WAY_MS = 220;

/** The figure whose card is shown. There is one card in the page. */
export class Pointing {
  at = $state.raw<Pointed | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** The pointer came over a figure. */
  near(pointed: Pointed) {
    clearTimeout(this.#timer);
    if (this.at?.element !== pointed.element) this.#timer = setTimeout(() => (this.at = pointed), REST_MS);
  }

  /** A figure has the focus: its card is there at once. */
  focus(pointed: Pointed) {
    clearTimeout(this.#timer);
    this.at = pointed;
  }

  /** The pointer left the figure, or its card. Whoever has the focus on it keeps the card. */
  leave() {
    clearTimeout(this.#timer);
    if (this.at && this.at.element === document.activeElement) return;
    this.#timer = setTimeout(() => (this.at = null), WAY_MS);
  }

  /** The pointer came over the card. */
  stay() {
    clearTimeout(this.#timer);
  }

  close() {
    clearTimeout(this.#timer);
    this.at = null;
  }
}
