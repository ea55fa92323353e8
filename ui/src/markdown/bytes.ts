// Places in a text that the record gives in bytes of UTF-8. A string of the page counts in UTF-16: an umlaut is one there
// and two bytes, an emoji two and four.

/** The string's index for each byte offset, given in rising order. One inside a letter is behind it, one beyond the end at
    the end. */
export function indexes(text: string, offsets: readonly number[]): number[] {
  const found: number[] = [];
  let at = 0;
  let bytes = 0;
  for (const offset of offsets) {
    while (bytes < offset && at < text.length) {
      const code = text.codePointAt(at) ?? 0;
      bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
      at += code < 0x10000 ? 1 : 2;
    }
    found.push(at);
  }
  return found;
}

/** How many bytes the text has as UTF-8. */
export function size(text: string): number {
  return new TextEncoder().encode(text).length;
}
