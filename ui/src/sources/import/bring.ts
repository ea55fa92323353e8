// An API's own description on its way to the program: recognised, and handed over in pieces, so that the page stays
// quick whatever its size.

import type { Host, ImportKind } from '../../ipc/host';

/** Half a megabyte of characters: a piece that takes no longer than a frame or two. */
const PIECE = 1 << 19;
/** As much of a text as tells what it is. */
const BEGINNING = 1 << 16;

export const KINDS: Record<ImportKind, string> = {
  auto: 'a description of an API',
  openapi: 'an OpenAPI document',
  postman: 'a Postman collection',
  insomnia: 'an Insomnia export',
  curl: 'curl commands',
};

/** What kind of description a text is, as far as its beginning tells. */
export function recognised(text: string): ImportKind | null {
  const beginning = text.slice(0, BEGINNING);
  if (/^\s*(?:[$>%#]\s*)?curl(?:\.exe)?\s/m.test(beginning) && !/^\s*[{[]/.test(beginning)) return 'curl';
  if (/schema\.(?:get)?postman\.com|"_postman_id"/.test(beginning)) return 'postman';
  if (/"_type"\s*:\s*"export"|insomnia\.rest\/|"__export_source"/.test(beginning)) return 'insomnia';
  if (/(?:^|[\n{,])\s*["']?(?:openapi|swagger)["']?\s*:/.test(beginning)) return 'openapi';
  return null;
}

/** What a person brought: a text they pasted, or a file that is read piece by piece. */
export type Brought = { readonly words: string; readonly text: string } | { readonly words: string; readonly file: Blob };

/** The text's beginning. */
export async function beginningOf(brought: Brought): Promise<string> {
  return 'text' in brought ? brought.text.slice(0, BEGINNING) : await brought.file.slice(0, BEGINNING).text();
}

/** Hands the description over; `on` hears how much of it has gone. Gives its number. */
export async function handedOver(host: Host, brought: Brought, on: (done: number, total: number) => void): Promise<number> {
  const id = await host.importBegin();
  if ('text' in brought) {
    const { text } = brought;
    for (let at = 0; at < text.length; ) {
      // A pair of surrogates is one character: no piece ends in its middle.
      const end = at + PIECE < text.length && /[\uD800-\uDBFF]/.test(text[at + PIECE - 1] ?? '') ? at + PIECE - 1 : at + PIECE;
      await host.importPiece(id, text.slice(at, end));
      at = end;
      on(Math.min(at, text.length), text.length);
    }
    return id;
  }
  const { file } = brought;
  const decoder = new TextDecoder('utf-8');
  for (let at = 0; at < file.size; at += PIECE) {
    const bytes = await file.slice(at, at + PIECE).arrayBuffer();
    const piece = decoder.decode(bytes, { stream: at + PIECE < file.size });
    if (piece !== '') await host.importPiece(id, piece);
    on(Math.min(at + PIECE, file.size), file.size);
  }
  return id;
}
