// The views of the trail, as the address names them.

export const VIEWS = [
  { value: 'calls', words: 'Calls' },
  { value: 'answers', words: 'Answers' },
  { value: 'overview', words: 'Overview' },
  { value: 'care', words: 'Care' },
  { value: 'anchors', words: 'Anchors' },
] as const;

export type View = (typeof VIEWS)[number]['value'];

/** The view of an address: `#/trail/answers/turn_01…`. A call's own address belongs to the calls. */
export function viewOf(route: readonly string[]): View {
  return VIEWS.find(({ value }) => value === route[1])?.value ?? 'calls';
}
