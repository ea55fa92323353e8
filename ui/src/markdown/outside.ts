// Which links of foreign text lead outside. Everything else is text.

const ALLOWED = new Set(['http:', 'https:', 'mailto:']);

/** The address, whole and in normal form, if its scheme is one of three. Names the parts a person must see. */
export function outside(href: string): URL | null {
  let url;
  try {
    url = new URL(href.trim());
  } catch {
    return null;
  }
  // `https://bank.example@evil.example/` reads as the bank's: nobody means it.
  if (url.username !== '' || url.password !== '') return null;
  return ALLOWED.has(url.protocol) ? url : null;
}
