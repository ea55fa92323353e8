// How a result goes on, in words.

import type { PageBy, Paging } from '../ipc/host';

/** The most pages of one call. */
export const MOST_PAGES = 1000;

export function pageByWords(by: PageBy): string {
  switch (by.kind) {
    case 'cursor':
      return `by ${by.parameter}, which the answer names at ${by.next}`;
    case 'page':
      return `by ${by.parameter}, the page’s number`;
    case 'offset':
      return `by ${by.parameter}, how many items come before`;
    case 'link':
      return 'at the address in the header Link';
    case 'next_url':
      return `at the address that the answer names at ${by.next}`;
  }
}

export function pagingWords({ by, follow = 1 }: Paging): string {
  return `${pageByWords(by)}; ${follow > 1 ? `up to ${follow} pages are joined` : 'the next page is left to the model'}`;
}
