import { wordsOf, type AnswerRow, type Host } from '../../ipc/host';

const PAGE = 100;

/** Answers on record, newest first, read page by page. */
export class AnswerList {
  readonly #host: Host;
  #rows = $state.raw<readonly AnswerRow[]>([]);
  read = $state(false);
  whole = $state(false);
  loading = $state(false);
  error = $state('');

  constructor(host: Host) {
    this.#host = host;
  }

  get rows(): readonly AnswerRow[] {
    return this.#rows;
  }

  /** Reads the newest page, and keeps what older ones were read. */
  async load(): Promise<void> {
    await this.#page(null, (rows) => {
      const last = rows.at(-1)?.seq ?? 0;
      const older = rows.length === PAGE ? this.#rows.filter(({ seq }) => seq < last) : [];
      if (older.length === 0) this.whole = rows.length < PAGE;
      this.#rows = [...rows, ...older];
    });
  }

  /** Reads the next older page. */
  async more(): Promise<void> {
    const last = this.#rows.at(-1);
    if (this.loading || this.whole || !last) return;
    await this.#page(last.seq, (rows) => {
      this.#rows = [...this.#rows, ...rows];
      this.whole = rows.length < PAGE;
    });
  }

  async #page(before: number | null, take: (rows: AnswerRow[]) => void): Promise<void> {
    this.loading = true;
    try {
      take(await this.#host.answers(before, PAGE));
      this.error = '';
    } catch (error) {
      this.error = wordsOf(error);
    }
    this.read = true;
    this.loading = false;
  }
}
