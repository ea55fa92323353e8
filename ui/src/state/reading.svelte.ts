import { wordsOf, type BundleView, type Host } from '../ipc/host';

/** An evidence bundle that is open for reading, if one is. */
export class Reading {
  readonly #host: Host;
  bundle = $state.raw<BundleView | null>(null);
  path = $state('');
  busy = $state(false);
  error = $state('');

  constructor(host: Host) {
    this.#host = host;
  }

  /** Opens and verifies a bundle; says whether that went well. What opens it is not kept. */
  async open(path: string, identity: string, vkey: string): Promise<boolean> {
    this.busy = true;
    this.error = '';
    try {
      this.bundle = await this.#host.bundleOpen(path, identity || null, vkey || null);
      this.path = path;
    } catch (error) {
      this.error = wordsOf(error);
    }
    this.busy = false;
    return this.error === '';
  }

  async leave(): Promise<void> {
    try {
      await this.#host.bundleClose();
      this.error = '';
    } catch (error) {
      this.error = wordsOf(error);
    }
    this.bundle = null;
  }
}
