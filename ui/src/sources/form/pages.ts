// How a tool's result goes on, as a form has it, and back.

import type { PageBy, Paging } from '../../ipc/host';

export type PagesKind = 'none' | PageBy['kind'];

/** Every field as somebody writes it; those that the kind does not have stay for when it is chosen again. */
export interface PagesForm {
  kind: PagesKind;
  parameter: string;
  next: string;
  first: string;
  items: string;
  limit: string;
  follow: string;
}

export const KINDS: readonly { value: PagesKind; words: string }[] = [
  { value: 'none', words: 'in one answer' },
  { value: 'cursor', words: 'by a cursor that the answer names' },
  { value: 'page', words: 'by a page’s number' },
  { value: 'offset', words: 'by how many items come before' },
  { value: 'link', words: 'at the address in the header Link' },
  { value: 'next_url', words: 'at an address in the answer' },
];

export const takesArgument = (kind: PagesKind): boolean => kind === 'cursor' || kind === 'page' || kind === 'offset';
export const namesNext = (kind: PagesKind): boolean => kind === 'cursor' || kind === 'next_url';

export function pagesOf(paging: Paging | null | undefined): PagesForm {
  const by = paging?.by;
  return {
    kind: by?.kind ?? 'none',
    parameter: by && 'parameter' in by ? by.parameter : '',
    next: by && 'next' in by ? by.next : '',
    first: by?.kind === 'page' ? String(by.first ?? 1) : '1',
    items: paging?.items ?? '',
    limit: paging?.limit ?? '',
    follow: String(paging?.follow ?? 1),
  };
}

/** What is no number is left to the program, which says what is wrong with it. */
export function pagingOf(form: PagesForm): Paging | null {
  const by = byOf(form);
  if (by === null) return null;
  return { by, items: form.items.trim(), limit: form.limit === '' ? null : form.limit, follow: whole(form.follow) };
}

function byOf({ kind, parameter, next, first }: PagesForm): PageBy | null {
  switch (kind) {
    case 'none':
      return null;
    case 'cursor':
      return { kind, parameter, next: next.trim() };
    case 'page':
      return { kind, parameter, first: whole(first) };
    case 'offset':
      return { kind, parameter };
    case 'link':
      return { kind };
    case 'next_url':
      return { kind, next: next.trim() };
  }
}

/** A number that is none becomes one that no file takes. */
function whole(text: string): number {
  const number = Number(text.trim() || '1');
  return Number.isInteger(number) && number >= 0 ? number : 4_294_967_295;
}
