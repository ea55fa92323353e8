// The fake's clock and what is due by it. Played at once it fills the record; played in time it runs before one's eyes.
// What happens, in what order and at what time by this clock, is the same on every machine: real time says only when it
// is shown. On a machine that is late all of it is shown later, and nothing has taken longer for it.

interface Due {
  readonly at: number;
  readonly act: () => void;
}

export class Clock {
  /** Milliseconds since the turn began. */
  now = 0;
  #agenda: Due[] = [];
  #wake: () => void = () => {};
  /** How much of this clock's time real time alone would have brought. */
  #real: () => number = () => 0;

  constructor(readonly beganAt: number) {}

  at(after: number, act: () => void) {
    const due = { at: this.now + after, act };
    const place = this.#agenda.findLastIndex(({ at }) => at <= due.at);
    this.#agenda.splice(place + 1, 0, due);
  }

  /** Does what is due next; false if nothing is. */
  next(): boolean {
    const next = this.#agenda.shift();
    if (!next) return false;
    this.now = next.at;
    next.act();
    return true;
  }

  /** Plays so many times faster than life until it is over. Where the machine was late it goes on from there: it never
      hurries after, since then a page would be told at once of what it is to show one after another. */
  async play(speed: number, over: () => boolean): Promise<void> {
    let [began, from] = [performance.now(), this.now];
    this.#real = () => from + (performance.now() - began) * speed;
    while (!over()) {
      const next = this.#agenda[0];
      const wait = next ? (next.at - this.#real()) / speed : Infinity;
      if (wait < 4) {
        this.next();
        if (this.#real() > this.now) [began, from] = [performance.now(), this.now];
      } else await this.#rest(wait);
    }
  }

  /** A person acts. The time that they took counts, up to what is due next: that is never late by this clock. */
  sync() {
    const next = this.#agenda[0];
    this.now = Math.max(this.now, Math.min(this.#real(), next?.at ?? Infinity));
  }

  /** Something was put on the agenda from outside. */
  wake() {
    this.#wake();
  }

  clear() {
    this.#agenda = [];
  }

  micros(): number {
    return this.beganAt + Math.round(this.now * 1000);
  }

  /** Until so many milliseconds of real time have gone, or somebody wakes it, who may have changed what is next. */
  #rest(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = ms === Infinity ? undefined : setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
