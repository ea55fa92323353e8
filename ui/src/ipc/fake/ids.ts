// Ids and hashes of the fake: the right shape, the same on every run.

const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Numbers that look random and repeat: mulberry32. */
export function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const next = numbers(7);

/** `call_01K9…`: the prefix, and a ULID of the time and of random digits. */
export function id(prefix: string, unixMs: number): string {
  let time = '';
  for (let left = Math.floor(unixMs), place = 0; place < 10; place += 1, left = Math.floor(left / 32)) {
    time = DIGITS[left % 32] + time;
  }
  const random = Array.from({ length: 16 }, () => DIGITS[Math.floor(next() * 32)]).join('');
  return `${prefix}_${time}${random}`;
}

/** 64 hexadecimal digits that depend on the text. Not SHA-256: the fake proves nothing. */
export function digest(text: string): string {
  let seed = 2_166_136_261;
  for (let at = 0; at < Math.min(text.length, 10_000); at += 1) {
    seed = Math.imul(seed ^ text.charCodeAt(at), 16_777_619) >>> 0;
  }
  const draw = numbers(seed ^ text.length);
  return Array.from({ length: 64 }, () => Math.floor(draw() * 16).toString(16)).join('');
}
