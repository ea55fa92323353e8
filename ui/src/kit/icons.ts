// Our own few icons: strokes on a grid of 16.

export const ICONS = {
  ask: 'M2.5 3.5h11v7.5h-6l-3 2.5v-2.5h-2z',
  trail: 'M3 3.5h10M3 6.5h10M3 9.5h10M3 12.5h6',
  sources: 'M8 2.5c3 0 5 .8 5 2s-2 2-5 2-5-.8-5-2 2-2 5-2zM3 4.5v7c0 1.2 2 2 5 2s5-.8 5-2v-7M3 8c0 1.2 2 2 5 2s5-.8 5-2',
  settings: 'M2.5 4.5h6m4 0h1M2.5 11.5h1m4 0h6M10.5 3v3M5.5 10v3',
  plus: 'M8 3v10M3 8h10',
  search: 'M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9zM10.5 10.5l3 3',
  close: 'M4 4l8 8M12 4l-8 8',
  check: 'M3 8.5l3.5 3.5L13 4.5',
  right: 'M6 3.5L10.5 8 6 12.5',
  down: 'M3.5 6L8 10.5 12.5 6',
  up: 'M3.5 10L8 5.5 12.5 10',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  outside: 'M9 2.5h4.5V7M13.5 2.5L7.5 8.5M11.5 9.5v4h-9v-9h4',
  stop: 'M4 4h8v8H4z',
  send: 'M8 13V3M4 7l4-4 4 4',
  warning: 'M8 2.5l6 11H2zM8 6.5v3.5M8 11.5v.5',
  trash: 'M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.5 9h6l.5-9',
  pen: 'M3 13l.7-3L10.5 3.2l2.3 2.3L6 12.3zM9 4.7L11.3 7',
  proof: 'M8 2l5 2v4c0 3-2 5-5 6-3-1-5-3-5-6V4zM5.5 8l2 2 3.5-3.5',
  play: 'M5 3.5v9l7-4.5z',
  more: 'M3.25 7.75h.5v.5h-.5zM7.75 7.75h.5v.5h-.5zM12.25 7.75h.5v.5h-.5z',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  again: 'M12.5 6.5A5 5 0 1 0 13 9.5M12.5 3v3.5H9',
  adjust: 'M3 4.5h10M3 11.5h10M6 2.5v4M10 9.5v4',
  list: 'M2.5 3.5h11v9h-11zM6 3.5v9',
} as const;

export type IconName = keyof typeof ICONS;
