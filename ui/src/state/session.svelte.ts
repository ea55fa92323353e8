import { wordsOf, type Host, type Session, type SourceName, type Unlisten, type VerifyReport } from '../ipc/host';

/** While somebody looks at what the record says of sources, the session is read again at most this often. */
const APART_MS = 2000;

const KEY_PLACES = { os: 'the keychain', file: 'the passphrase file', memory: 'memory' } as const;

/** What the host says of itself: workspace, models, sources, settings, the trail's state. */
export class SessionState {
  #host: Host;
  #value = $state.raw<Session | null>(null);
  readonly #paused = $derived(
    new Set((this.#value?.sources ?? []).filter(({ paused }) => paused).map(({ spec }) => spec.name)),
  );
  /** Why the session could not be read. */
  error = $state('');
  /** Entries of the trail; runs ahead of `value.trail.entries` while calls are made. */
  entries = $state(0);
  /** How far a verification is, while one runs. */
  verifying = $state.raw<{ done: number; total: number } | null>(null);
  /** Why the last verification could not be made. A finding is no error: it stands in the report. */
  verifyError = $state('');

  constructor(host: Host) {
    this.#host = host;
    host.onTrailChanged(({ entries }) => (this.entries = entries));
    host.onSessionChanged(() => void this.load());
  }

  get value(): Session | null {
    return this.#value;
  }

  get lastVerify(): VerifyReport | null {
    return this.#value?.trail.last_verify ?? null;
  }

  /** Why nothing can be changed or asked, in words; empty if it can. */
  get readOnly(): string {
    const workspace = this.#value?.workspace;
    if (!workspace || workspace.writer) return '';
    return 'Read only: another program writes this workspace.';
  }

  /** Where the workspace keeps its keys, as it follows `in`. */
  get keyPlace(): string {
    return KEY_PLACES[this.#value?.workspace?.keeps ?? 'os'];
  }

  /** Sources that a person paused. */
  get pausedSources(): ReadonlySet<SourceName> {
    return this.#paused;
  }

  /** Pauses a source, or lets it go on; calls under way end either way. */
  async pause(name: SourceName, paused: boolean): Promise<void> {
    try {
      await (paused ? this.#host.pauseSource(name) : this.#host.resumeSource(name));
      await this.load();
    } catch (error) {
      this.error = wordsOf(error);
    }
  }

  /** Reads the session now, and again while the trail grows, until the subscription ends. */
  follow(): Unlisten {
    let waiting: ReturnType<typeof setTimeout> | undefined;
    let due = false;
    const read = () => {
      due = false;
      void this.load();
      waiting = setTimeout(() => {
        waiting = undefined;
        if (due) read();
      }, APART_MS);
    };
    read();
    const unlisten = this.#host.onTrailChanged(() => {
      if (waiting === undefined) read();
      else due = true;
    });
    return () => {
      unlisten();
      clearTimeout(waiting);
    };
  }

  async load(): Promise<void> {
    try {
      const before = this.#value?.workspace?.id;
      this.#value = await this.#host.session();
      const { workspace, trail } = this.#value;
      // Within one workspace the trail only grows, and its event may have come first.
      this.entries = workspace?.id === before ? Math.max(this.entries, trail.entries) : trail.entries;
      this.error = '';
    } catch (error) {
      this.error = wordsOf(error);
    }
  }

  async verify(): Promise<void> {
    if (this.verifying) return;
    this.verifying = { done: 0, total: this.entries };
    this.verifyError = '';
    try {
      const report = await this.#host.verify((progress) => (this.verifying = progress));
      if (this.#value) {
        this.#value = { ...this.#value, trail: { ...this.#value.trail, last_verify: report } };
      }
    } catch (error) {
      this.verifyError = wordsOf(error);
    } finally {
      this.verifying = null;
    }
  }

  async set(key: string, value: unknown): Promise<void> {
    await this.#host.settingSet(key, value);
    if (this.#value) this.#value = { ...this.#value, settings: { ...this.#value.settings, [key]: value } };
  }
}
