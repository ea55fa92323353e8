import { wordsOf, type Completion, type FilterMistake, type Host } from '../../ipc/host';

/** How long the typing rests before the filter is read. */
const REST_MS = 180;

/** A filter as somebody writes it: its mistake, what would complete it, and when it is looked for. */
export class Writing {
  readonly #host: Host;
  readonly #find: (text: string) => void;
  #text = $state('');
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;
  #found: string | null = null;
  mistake = $state.raw<FilterMistake | null>(null);
  completions = $state.raw<readonly Completion[]>([]);
  error = $state('');

  /** `find` is told of each filter without a mistake. */
  constructor(host: Host, find: (text: string) => void) {
    this.#host = host;
    this.#find = find;
  }

  get text(): string {
    return this.#text;
  }

  /** Somebody types: it is read once they rest. */
  type(text: string): void {
    this.#text = text;
    // What was wrong may stand elsewhere by now.
    if (this.mistake && this.mistake.end > text.length) this.mistake = null;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#read(), REST_MS);
  }

  /** The text is this from now on, and looked for at once. */
  set(text: string): void {
    this.#text = text;
    this.completions = [];
    clearTimeout(this.#timer);
    void this.#read();
  }

  /** Ends what waits. */
  end(): void {
    clearTimeout(this.#timer);
    this.#asked += 1;
  }

  async complete(cursor: number): Promise<void> {
    const text = this.#text;
    try {
      const completions = await this.#host.complete(text, cursor);
      if (text === this.#text) this.completions = completions;
    } catch {
      // Whoever types goes on without.
      this.completions = [];
    }
  }

  async #read(): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    const text = this.#text;
    try {
      const mistake = await this.#host.filterCheck(text);
      if (asked !== this.#asked) return;
      this.mistake = mistake;
      this.error = '';
      const words = text.trim();
      if (mistake === null && words !== this.#found) {
        this.#found = words;
        this.#find(words);
      }
    } catch (error) {
      if (asked === this.#asked) this.error = wordsOf(error);
    }
  }
}
