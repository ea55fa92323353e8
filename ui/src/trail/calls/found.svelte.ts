import { wordsOf, type CallRow, type Facets, type Host, type Seq } from '../../ipc/host';
import { between, merged, type Point } from './rows';

const PAGE = 100;
/** So many rows are kept; those farthest from where one reads are dropped. */
const KEPT = 600;
/** So often a guess at a place is mended before the page gives up and shows what it has. */
const TRIES = 24;
/** While the trail grows, calls are counted again at most this often. */
const APART_MS = 2000;

/** The calls that a filter finds, newest first: a piece of them at a time, whichever is in sight. Pages follow one
    another by their entries' numbers, so a far place is found by a guess between places that are known, and corrected
    once an end is reached. New calls wait until they are asked for: nothing moves under whoever reads further down. */
export class Found {
  readonly #host: Host;
  #text = '';
  /** Counts changes of the filter: an answer to an earlier question is thrown away. */
  #asked = 0;
  #rows = $state.raw<readonly CallRow[]>([]);
  #start = $state(0);
  #total = $state(0);
  /** Whether `#start` is known, and not guessed. */
  #exact = true;
  #ended = false;
  /** The newest entry that is counted as shown. */
  #top: Seq = -1;
  #fresh = $state.raw<readonly CallRow[]>([]);
  #flowing = true;
  #refreshing = false;
  #again = false;
  #counted = 0;
  #countedFor = 0;
  /** How many calls there are, by what. */
  facets = $state.raw<Facets | null>(null);
  /** The row on which the keys work; -1: none. */
  cursor = $state(-1);
  /** Whether anything has been read under this filter. */
  read = $state(false);
  loading = $state(false);
  /** More came than fit a page. */
  overrun = $state(false);
  error = $state('');
  /** Told when rows got other places: by how many. */
  onmoved: (by: number) => void = () => {};

  constructor(host: Host) {
    this.#host = host;
  }

  get text(): string {
    return this.#text;
  }

  /** How many rows there are, as far as is known. */
  get total(): number {
    return this.#total;
  }

  /** New calls, not yet shown. */
  get fresh(): number {
    return this.#fresh.length;
  }

  /** The row at a place, if it is at hand. */
  at(index: number): CallRow | undefined {
    return this.#rows[index - this.#start];
  }

  /** Where a call stands, if it is at hand; else -1. */
  place(call: string): number {
    const found = this.#rows.findIndex((row) => row.call === call);
    return found < 0 ? -1 : found + this.#start;
  }

  /** Whether new calls appear as they come: nobody reads further down, and no call stands open. */
  set flowing(flowing: boolean) {
    this.#flowing = flowing;
    if (flowing) this.show();
  }

  /** Finds by another filter, from the newest call. */
  async narrow(text: string): Promise<void> {
    this.#text = text;
    this.#asked += 1;
    const asked = this.#asked;
    this.loading = true;
    void this.#count();
    try {
      const page = await this.#host.search(text, null, PAGE);
      if (asked !== this.#asked) return;
      this.#top = page.rows[0]?.seq ?? -1;
      this.#fresh = [];
      this.overrun = false;
      this.cursor = Math.min(this.cursor, 0);
      this.#total = Math.max(this.#countedFor === asked ? (this.facets?.total ?? 0) : 0, page.rows.length);
      this.#put(page.rows, 0, page.next === null, true);
      this.error = '';
    } catch (error) {
      if (asked !== this.#asked) return;
      this.#put([], 0, true, true);
      this.error = wordsOf(error);
    }
    this.read = true;
    this.#loaded();
  }

  /** Sees to it that the rows from one place to another are at hand. One step at a time: who needs more calls again. */
  async reach(from: number, to: number): Promise<void> {
    const first = Math.max(0, from);
    const last = Math.min(to, this.#total - 1);
    const end = this.#start + this.#rows.length;
    if (this.loading || !this.read || this.error || last < first || (first >= this.#start && last < end)) return;
    const asked = this.#asked;
    this.loading = true;
    try {
      if (first <= end && last >= end) await this.#older(asked);
      else if (last >= this.#start - 1 && first < this.#start) await this.#newer(asked);
      else await this.#jump(asked, first);
      if (asked === this.#asked) this.error = '';
    } catch (error) {
      if (asked === this.#asked) this.error = wordsOf(error);
    }
    if (asked === this.#asked) this.#loaded();
  }

  /** Reads on after an error. */
  async retry(): Promise<void> {
    this.error = '';
    if (this.#rows.length === 0) await this.narrow(this.#text);
  }

  /** Reads what is new. At most one reading is under way; a change during it causes one more. */
  async refresh(): Promise<void> {
    if (this.loading || this.#refreshing) {
      this.#again = true;
      return;
    }
    this.#refreshing = true;
    const asked = this.#asked;
    try {
      const page = await this.#host.search(this.#text, null, PAGE);
      const open = this.#rows.find(({ outcome }) => outcome === null);
      const again = open ? await this.#host.search(this.#text, open.seq + 1, PAGE) : page;
      if (asked === this.#asked) {
        this.#fresh = page.rows.filter(({ seq }) => seq > this.#top);
        this.overrun = this.#fresh.length === PAGE && page.next !== null;
        this.#rows = merged(this.#rows, [...page.rows, ...again.rows]);
        this.error = '';
        if (this.#flowing || this.#total === 0) this.show();
      }
    } catch (error) {
      if (asked === this.#asked) this.error = wordsOf(error);
    }
    this.#refreshing = false;
    if (performance.now() - this.#counted > APART_MS) void this.#count();
    this.#catchUp();
  }

  /** Shows the calls that wait above. */
  show(): void {
    const fresh = this.#fresh;
    if (this.overrun || (fresh.length > 0 && this.#start > 0)) {
      void this.narrow(this.#text);
      return;
    }
    if (fresh.length === 0) return;
    this.#top = fresh[0]?.seq ?? this.#top;
    this.#rows = [...fresh, ...this.#rows];
    this.#fresh = [];
    this.#total += fresh.length;
    if (this.cursor >= 0) this.cursor += fresh.length;
    void this.#count();
  }

  async #count(): Promise<void> {
    const asked = this.#asked;
    this.#counted = performance.now();
    try {
      const facets = await this.#host.facets(this.#text);
      if (asked !== this.#asked) return;
      this.facets = facets;
      this.#countedFor = asked;
      // Calls that wait above are counted, and not shown; where the end was seen, it is known better.
      if (!(this.#exact && this.#ended)) this.#total = Math.max(facets.total - this.#fresh.length, this.#start + this.#rows.length);
    } catch {
      // Without counts the rows say it themselves.
      if (asked === this.#asked) this.facets = null;
    }
  }

  async #older(asked: number): Promise<void> {
    const last = this.#rows.at(-1);
    const page = await this.#host.search(this.#text, last?.seq ?? null, PAGE);
    if (asked !== this.#asked) return;
    const rows = [...this.#rows, ...page.rows];
    const drop = Math.max(0, rows.length - KEPT);
    this.#put(rows.slice(drop), this.#start + drop, page.next === null, this.#exact);
  }

  async #newer(asked: number): Promise<void> {
    const first = this.#rows[0]?.seq ?? 0;
    const apart = Math.max(1, (this.#top - first) / Math.max(1, this.#start));
    const above: CallRow[] = [];
    let whole = false;
    for (let step = PAGE; above.length === 0 && !whole; step *= 2) {
      let before = Math.min(this.#top + 1, first + Math.ceil(apart * step) + 1);
      whole = before > this.#top;
      for (;;) {
        const page = await this.#host.search(this.#text, before, PAGE);
        const newer = page.rows.filter(({ seq }) => seq > first);
        above.push(...newer);
        if (newer.length < PAGE || page.next === null) break;
        before = page.next;
      }
    }
    if (asked !== this.#asked) return;
    const rows = [...above, ...this.#rows];
    const ended = this.#ended && rows.length <= KEPT;
    if (whole) {
      const by = above.length - this.#start;
      this.#total = Math.max(this.#total + by, rows.length);
      this.#put(rows.slice(0, KEPT), 0, ended, true);
      this.#move(by);
    } else {
      const start = this.#start - above.length;
      this.#put(rows.slice(0, KEPT), Math.max(1, start), ended, false);
      if (start < 1) this.#move(1 - start);
    }
  }

  async #jump(asked: number, from: number): Promise<void> {
    const place = Math.max(0, Math.min(from - 20, this.#total - PAGE));
    if (place === 0) {
      const page = await this.#host.search(this.#text, this.#top + 1, PAGE);
      if (asked === this.#asked) this.#put(page.rows, 0, page.next === null, true);
      return;
    }
    const points: Point[] = [{ index: 0, seq: this.#top }, { index: this.#total, seq: 0 }];
    this.#rows.forEach(({ seq }, at) => {
      if (at === 0 || at === this.#rows.length - 1) points.push({ index: this.#start + at, seq });
    });
    let seq = between(points, place);
    let low = 0;
    let high = this.#top;
    const toEnd = place >= this.#total - PAGE;
    for (let tries = 1; ; tries += 1) {
      const page = await this.#host.search(this.#text, seq + 1, PAGE);
      if (asked !== this.#asked) return;
      const ended = page.next === null;
      // Too far down: nothing is there, or less than what is to be in sight. Too far up: the end is not there.
      const short = ended && page.rows.length <= Math.min(PAGE, this.#total) / 2;
      if ((!short && (ended || !toEnd)) || tries === TRIES) {
        this.#put(page.rows, place, ended, false);
        return;
      }
      if (short) low = seq;
      else high = page.rows.at(-1)?.seq ?? seq;
      seq = Math.ceil((low + high) / 2);
    }
  }

  /** Takes the rows over, and mends what the end of them shows to be wrong: the number of rows where their places are
      known, their places where these were guessed. */
  #put(rows: readonly CallRow[], start: number, ended: boolean, exact: boolean) {
    this.#rows = rows;
    this.#ended = ended;
    this.#exact = exact;
    const end = start + rows.length;
    if (exact) {
      this.#start = start;
      this.#total = ended ? end : Math.max(this.#total, end + 1);
      return;
    }
    const most = this.#total - (ended ? 0 : 1);
    const by = ended || end > most ? most - end : 0;
    this.#start = Math.max(1, start + by);
    if (by !== 0) this.#move(by);
  }

  #move(by: number) {
    // Who went to the end stays there.
    if (this.cursor >= 0 && this.cursor < this.#total - 1) this.cursor = Math.max(0, this.cursor + by);
    this.onmoved(by);
  }

  #loaded() {
    this.loading = false;
    this.#catchUp();
  }

  #catchUp() {
    if (!this.#again || this.loading) return;
    this.#again = false;
    void this.refresh();
  }
}
