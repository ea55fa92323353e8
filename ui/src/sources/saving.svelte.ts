import { wordsOf, type Host, type SecretName, type SourceName, type SourceReport } from '../ipc/host';

/** Saving a source and testing it, with the way back. Only a saved source can be tested, so a source that turns out not
    to work is offered to be taken back: removed, or replaced by the file that was there. */
export class Saving {
  readonly #host: Host;
  /** The source whose file this was, if it was not new. */
  readonly #before: SourceName | null;
  #old: string | null = null;
  #newSecret: string | null = null;
  step = $state<'idle' | 'working'>('idle');
  doing = $state('');
  error = $state('');
  report = $state.raw<SourceReport | null>(null);
  /** The name under which it was saved. */
  saved = $state<SourceName | null>(null);
  /** Whether saving put it in another's place. */
  replaced = $state(false);
  /** What taking it back did, in words. */
  tookBack = $state('');

  constructor(host: Host, before: SourceName | null) {
    this.#host = host;
    this.#before = before;
  }

  /** Keeps the key if there is one, saves the source of that name with `put`, and tests it. */
  async save(name: SourceName, secret: SecretName | null, secretValue: string, put: () => Promise<unknown>): Promise<void> {
    this.step = 'working';
    this.error = '';
    this.report = null;
    this.tookBack = '';
    try {
      // A second try after a failed test still goes back to what was there before the first.
      if (this.saved !== name) {
        this.#old = await this.#standing(name);
        this.replaced = this.#old !== null;
        this.#newSecret = null;
      }
      if (secret !== null && secretValue !== '') {
        this.doing = 'Keeping the key…';
        const known = await this.#host.secretNames();
        await this.#host.secretSet(secret, secretValue);
        if (!known.includes(secret)) this.#newSecret = secret;
      }
      this.doing = 'Saving…';
      await put();
      this.saved = name;
      this.doing = 'Testing…';
      this.report = await this.#host.sourceTest(name);
    } catch (error) {
      this.error = wordsOf(error);
    }
    this.step = 'idle';
  }

  /** Undoes the saving, the key that came with it too if it was new. A key that was replaced can't be read back. */
  async takeBack(): Promise<void> {
    const { saved } = this;
    if (saved === null) return;
    this.step = 'working';
    this.doing = 'Taking it back…';
    try {
      if (this.#old === null) await this.#host.sourceRemove(saved);
      else await this.#host.sourceSave(this.#old);
      if (this.#newSecret !== null) await this.#host.secretRemove(this.#newSecret);
      this.tookBack = this.#old === null ? `${saved} is not connected.` : `${saved} is as it was before.`;
      this.report = null;
      this.saved = null;
      this.error = '';
    } catch (error) {
      this.error = wordsOf(error);
    }
    this.step = 'idle';
  }

  /** The file of the source that has the name now. */
  async #standing(name: SourceName): Promise<string | null> {
    const { sources } = await this.#host.session();
    const known = name === this.#before || sources.some(({ spec }) => spec.name === name);
    return known ? this.#host.sourceToml(name) : null;
  }
}
