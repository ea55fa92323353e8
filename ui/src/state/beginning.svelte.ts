import { wordsOf, type Host, type WorkspaceInput } from '../ipc/host';

/** Making, unlocking and trying out a workspace. It outlives the screen that shows it: the workspace is open before
    its recovery key has been written down. */
export class Beginning {
  readonly #host: Host;
  readonly #opened: () => Promise<void>;
  /** A person in the demo wants a workspace of their own. */
  wanted = $state(false);
  busy = $state<'' | 'making' | 'unlocking' | 'recovering' | 'demo'>('');
  error = $state('');
  /** Shown once. Forgotten as soon as the person says that it is written down. */
  recovery = $state<string | null>(null);

  /** `opened` is called when another workspace is open. */
  constructor(host: Host, opened: () => Promise<void>) {
    this.#host = host;
    this.#opened = opened;
  }

  async make(input: WorkspaceInput): Promise<void> {
    await this.#attempt('making', async () => {
      this.recovery = (await this.#host.workspaceCreate(input)).recovery_key;
      this.wanted = false;
    });
  }

  async unlock(passphrase: string): Promise<void> {
    await this.#attempt('unlocking', () => this.#host.workspaceUnlock(passphrase));
  }

  /** With the recovery key; a passphrase for those whose keys are in a file. */
  async recover(recoveryKey: string, passphrase: string | null): Promise<void> {
    await this.#attempt('recovering', () => this.#host.workspaceRecover(recoveryKey, passphrase));
  }

  async demo(): Promise<void> {
    await this.#attempt('demo', () => this.#host.demoOpen());
  }

  /** The recovery key is written down. */
  wrote() {
    this.recovery = null;
  }

  async #attempt(doing: typeof this.busy, act: () => Promise<void>) {
    this.busy = doing;
    this.error = '';
    try {
      await act();
      await this.#opened();
    } catch (error) {
      this.error = wordsOf(error);
    }
    this.busy = '';
  }
}
