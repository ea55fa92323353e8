import type { Advice, Host, SourceName } from '../ipc/host';

/** Advice on the connected sources, read anew when they change. Without it everything works: it fails in silence. */
export class AdviceState {
  #all = $state.raw<readonly Advice[]>([]);
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Reads it now and whenever the session changes, until the subscription ends. Made for `$effect`. */
  follow(): () => void {
    const read = () =>
      this.#host.lint().then(
        (all) => (this.#all = all),
        () => (this.#all = []),
      );
    void read();
    return this.#host.onSessionChanged(() => void read());
  }

  of(source: SourceName): readonly Advice[] {
    return this.#all.filter((advice) => advice.source === source);
  }
}
