// From figure to figure by key: the page's own marks, in the order in which they stand.

import type { TieStatus } from '../ipc/host';

/** Brings the focus to the next figure, or the one before: of a status, if one is given, and of a part of the page. After
    the last comes the first. Says whether there was one. */
export function walk(step: 1 | -1, status?: TieStatus, part: ParentNode = document): boolean {
  const figures = [...part.querySelectorAll<HTMLElement>(status ? `[data-tie="${status}"]` : '[data-tie]')];
  const at = figures.findIndex((figure) => figure === document.activeElement);
  const next = at >= 0 ? figures[(at + step + figures.length) % figures.length] : (nearest(figures, step) ?? figures[0]);
  if (!next) return false;
  // Whoever goes by key sees where the focus is.
  next.focus({ focusVisible: true, preventScroll: true } as FocusOptions);
  next.scrollIntoView({ block: 'nearest' });
  return true;
}

/** Whoever has no figure begins at what has the focus, else at what is in sight. */
function nearest(figures: readonly HTMLElement[], step: 1 | -1): HTMLElement | undefined {
  const active = document.activeElement;
  if (active && active !== document.body && figures.some((figure) => behind(active, figure)) && figures.some((figure) => behind(figure, active))) {
    return step === 1 ? figures.find((figure) => behind(active, figure)) : figures.findLast((figure) => behind(figure, active));
  }
  const seen = (figure: HTMLElement) => {
    const { top, bottom } = figure.getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  };
  return step === 1 ? figures.find(seen) : figures.findLast(seen);
}

function behind(one: Element, other: Element): boolean {
  return (one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
}
