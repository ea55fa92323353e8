// The fake's clock and what is due by it. Played at once it fills the record; played in time it runs before one's eyes.

export class Clock {
  /** Milliseconds since the turn began. */
  now = 0;
  #agenda: { at: number; act: () => void }[] = [];
  #wake: () => void = () => {};
  #real: () => number = () => 0;

  constructor(readonly beganAt: number) {}

  at(after: number, act: () => void) {
    this.#agenda.push({ at: this.now + after, act });
    this.#agenda.sort((a, b) => a.at - b.at);
  }

  /** Does what is due next; false if nothing is. */
  next(): boolean {
    const next = this.#agenda.shift();
    if (!next) return false;
    this.now = Math.max(this.now, next.at);
    next.act();
    return true;
  }

  /** Plays so many times faster than life until it is over. */
  async play(speed: number, over: () => boolean): Promise<void> {
    const began = performance.now();
    this.#real = () => (performance.now() - began) * speed;
    while (!over()) {
      const next = this.#agenda[0];
      if (!next) {
        await new Promise<void>((resolve) => (this.#wake = resolve));
        continue;
      }
      const wait = (next.at - this.now) / speed;
      if (wait >= 4) await new Promise((resolve) => setTimeout(resolve, wait));
      this.next();
      this.sync();
    }
  }

  /** A person takes time of which the agenda knows nothing. */
  sync() {
    this.now = Math.max(this.now, this.#real());
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
}
