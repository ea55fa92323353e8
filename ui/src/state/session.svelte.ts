import { wordsOf, type Host, type Session, type SourceName, type Unlisten, type VerifyReport } from '../ipc/host';

/** While somebody looks at what the record says of sources, the session is read again at most this often. */
const APART_MS = 2000;

/** How far a verification is. */
export interface Verifying {
  readonly done: number;
  readonly total: number;
  /** Entries in a second, so far. */
  readonly rate: number;
  /** A person asked it to stop. */
  readonly stopping: boolean;
}

const KEY_PLACES = { os: 'the keychain', file: 'the passphrase file', memory: 'memory' } as const;

/** What the host says of itself: workspace, models, sources, settings, the trail's state. */
export class SessionState {
  #host: Host;
  #value = $state.raw<Session | null>(null);
  #before = $state.raw<VerifyReport | null>(null);
  readonly #paused = $derived(
    new Set((this.#value?.sources ?? []).filter(({ paused }) => paused).map(({ spec }) => spec.name)),
  );
  /** Why the session could not be read. */
  error = $state('');
  /** Entries of the trail; runs ahead of `value.trail.entries` while calls are made. */
  entries = $state(0);
  /** How far a verification is and how fast, while one runs. */
  verifying = $state.raw<Verifying | null>(null);
  /** Where the last verification was stopped by a person, if it was. */
  stopped = $state.raw<Verifying | null>(null);
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

  /** What the last verification found, of this run or of one before. */
  get lastVerify(): VerifyReport | null {
    return this.#value?.trail.last_verify ?? this.#before;
  }

  /** Whether this workspace is being reviewed: nothing is asked or changed, and payloads stay closed. */
  get reviewing(): boolean {
    return this.#value?.reviewing ?? false;
  }

  /** Why nothing can be changed or asked, in words; empty if it can. */
  get readOnly(): string {
    const workspace = this.#value?.workspace;
    if (this.reviewing) return 'Nothing can be asked or changed while this workspace is reviewed.';
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
      if (workspace?.id !== before) this.#before = workspace && !trail.last_verify ? await this.#host.lastVerified() : null;
      this.error = '';
    } catch (error) {
      this.error = wordsOf(error);
    }
  }

  async verify(): Promise<void> {
    if (this.verifying) return;
    const began = performance.now();
    this.verifying = { done: 0, total: this.entries, rate: 0, stopping: false };
    this.stopped = null;
    this.verifyError = '';
    try {
      const report = await this.#host.verify(({ done, total }) => {
        const rate = done / Math.max(0.001, (performance.now() - began) / 1000);
        if (this.verifying) this.verifying = { ...this.verifying, done, total, rate };
      });
      if (this.#value) {
        this.#value = { ...this.#value, trail: { ...this.#value.trail, last_verify: report } };
      }
    } catch (error) {
      if (this.verifying.stopping) this.stopped = this.verifying;
      else this.verifyError = wordsOf(error);
    } finally {
      this.verifying = null;
    }
  }

  /** Ends the verification that runs. What it had looked at says nothing about the rest. */
  async stopVerify(): Promise<void> {
    if (!this.verifying) return;
    this.verifying = { ...this.verifying, stopping: true };
    try {
      await this.#host.verifyStop();
    } catch (error) {
      this.verifyError = wordsOf(error);
    }
  }

  async set(key: string, value: unknown): Promise<void> {
    await this.#host.settingSet(key, value);
    if (this.#value) this.#value = { ...this.#value, settings: { ...this.#value.settings, [key]: value } };
  }
}
