import { wordsOf, type AnchorView, type Host } from '../ipc/host';

/** The anchors, and what the record says of each. */
export class Anchoring {
  readonly #host: Host;
  list = $state.raw<readonly AnchorView[]>([]);
  /** Whether they were read at least once. */
  read = $state(false);
  error = $state('');
  /** Whether they are being sent to. */
  busy = $state(false);

  constructor(host: Host) {
    this.#host = host;
  }

  async load(): Promise<void> {
    await this.#take(() => this.#host.anchors());
  }

  /** Lets every anchor hold the newest checkpoint. */
  async now(): Promise<void> {
    this.busy = true;
    await this.#take(() => this.#host.anchorNow());
    this.busy = false;
  }

  async #take(ask: () => Promise<AnchorView[]>): Promise<void> {
    try {
      this.list = await ask();
      this.read = true;
      this.error = '';
    } catch (error) {
      this.error = wordsOf(error);
    }
  }
}
