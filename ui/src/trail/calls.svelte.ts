import { wordsOf, type CallId, type CallRow, type Host, type Outcome, type Seq } from '../ipc/host';
import { merged, newer } from './rows';

/** What the table is narrowed to. Empty means everything. */
export interface Filter {
  readonly source: string;
  readonly outcome: Outcome | '';
  readonly words: string;
}

export const EVERYTHING: Filter = { source: '', outcome: '', words: '' };

const PAGE = 100;
/** How many pages are read to close the gap to what is shown; beyond that the list begins anew. */
const MOST_PAGES = 10;
/** Of the rows still running, so many are asked for again one by one. */
const MOST_RUNNING = 20;

/** The calls on record, newest first, read page by page. What arrives meanwhile appears at the top, or waits until it
    is asked for, so that nothing moves under the eyes of whoever reads further down. */
export class CallList {
  readonly #host: Host;
  #rows = $state.raw<readonly CallRow[]>([]);
  #fresh = $state.raw<readonly CallRow[]>([]);
  #filter = $state.raw<Filter>(EVERYTHING);
  /** Counts changes of the filter: an answer to an earlier question is thrown away. */
  #asked = 0;
  #refreshing: Promise<void> | null = null;
  #again = false;
  #flowing = true;
  /** Whether the list has been read at least once under this filter. */
  read = $state(false);
  loading = $state(false);
  /** Whether the oldest row is the oldest on record. */
  whole = $state(false);
  /** More came than the gap could be closed for. */
  overrun = $state(false);
  error = $state('');

  constructor(host: Host) {
    this.#host = host;
  }

  get rows(): readonly CallRow[] {
    return this.#rows;
  }

  /** Calls that were made since, not yet shown. */
  get fresh(): number {
    return this.#fresh.length;
  }

  get filter(): Filter {
    return this.#filter;
  }

  /** Whether new calls appear as they come. Nobody reads further down, and no call stands open. */
  set flowing(flowing: boolean) {
    this.#flowing = flowing;
    if (flowing) this.show();
  }

  /** Narrows the list and reads it from the top. */
  async narrow(filter: Filter): Promise<void> {
    this.#filter = filter;
    this.#asked += 1;
    const asked = this.#asked;
    this.loading = true;
    try {
      const rows = await this.#page(null, PAGE);
      if (asked !== this.#asked) return;
      this.#rows = rows;
      this.#fresh = [];
      this.overrun = false;
      this.whole = rows.length < PAGE;
      this.error = '';
    } catch (error) {
      if (asked !== this.#asked) return;
      this.#rows = [];
      this.error = wordsOf(error);
    }
    this.read = true;
    this.#loaded();
  }

  /** Reads the next older page. */
  async more(): Promise<void> {
    const last = this.#rows.at(-1);
    if (this.loading || this.whole || !last) return;
    const asked = this.#asked;
    this.loading = true;
    try {
      const rows = await this.#page(last.seq, PAGE);
      if (asked !== this.#asked) return;
      this.#rows = [...this.#rows, ...rows];
      this.whole = rows.length < PAGE;
      this.error = '';
    } catch (error) {
      if (asked !== this.#asked) return;
      this.error = wordsOf(error);
    }
    this.#loaded();
  }

  /** Reads what is new. At most one reading is under way; a change during it causes one more: what a page was read
      from may be older than the change. */
  async refresh(): Promise<void> {
    if (this.loading) {
      this.#again = true;
      return;
    }
    if (this.#refreshing) {
      this.#again = true;
      return this.#refreshing;
    }
    this.#refreshing = this.#readNewer();
    await this.#refreshing;
    this.#refreshing = null;
    await this.#catchUp();
  }

  /** Shows the calls that wait above. */
  show(): void {
    if (this.overrun) {
      void this.narrow(this.#filter);
      return;
    }
    if (this.#fresh.length === 0) return;
    this.#rows = [...this.#fresh, ...this.#rows];
    this.#fresh = [];
  }

  #loaded() {
    this.loading = false;
    void this.#catchUp();
  }

  async #catchUp(): Promise<void> {
    if (!this.#again) return;
    this.#again = false;
    await this.refresh();
  }

  get #top(): number {
    return this.#rows[0]?.seq ?? -1;
  }

  async #readNewer(): Promise<void> {
    const asked = this.#asked;
    try {
      const top = this.#top;
      const found: CallRow[] = [];
      let before: Seq | null = null;
      let closed = false;
      for (let page = 0; page < MOST_PAGES && !closed; page += 1) {
        const rows: CallRow[] = await this.#page(before, PAGE);
        found.push(...rows);
        before = rows.at(-1)?.seq ?? null;
        closed = rows.length < PAGE || rows.some(({ seq }) => seq <= top);
      }
      const changed = await this.#running(found);
      if (asked !== this.#asked) return;
      this.#rows = merged(this.#rows, [...found, ...changed]);
      // Those that waited may have been shown while this was read.
      this.#fresh = newer(found, this.#top);
      this.overrun = !closed;
      this.error = '';
      if (this.#flowing || this.#rows.length === 0) this.show();
    } catch (error) {
      if (asked === this.#asked) this.error = wordsOf(error);
    }
  }

  /** The rows that were open when they were read and that the newest pages don't reach. */
  async #running(found: readonly CallRow[]): Promise<CallRow[]> {
    const reached = new Set<CallId>(found.map(({ call }) => call));
    const open = this.#rows.filter(({ call, outcome }) => outcome === null && !reached.has(call));
    const pages = await Promise.all(open.slice(0, MOST_RUNNING).map(({ seq }) => this.#page(seq + 1, 1)));
    return pages.flat();
  }

  #page(before: Seq | null, limit: number): Promise<CallRow[]> {
    const { source, outcome, words } = this.#filter;
    return this.#host.calls({
      before,
      limit,
      conversation: null,
      turn: null,
      source: source || null,
      outcome: outcome || null,
      words: words.trim() || null,
    });
  }
}
