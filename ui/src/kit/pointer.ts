// Places in a JSON value as RFC 6901 writes them.

/** The pointer of a member or an element below another. */
export function within(pointer: string, key: string): string {
  return `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** The keys on the way to a place, from the top. */
export function steps(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** What stands at a place; undefined if there is none. Nothing that a value inherits stands in it. */
export function valueAt(value: unknown, pointer: string): unknown {
  return steps(pointer).reduce<unknown>((node, step) => {
    if (node === null || typeof node !== 'object' || !Object.hasOwn(node, step)) return undefined;
    if (Array.isArray(node) && !/^\d+$/.test(step)) return undefined;
    return (node as Record<string, unknown>)[step];
  }, value);
}

/** The place that a place is in; null above the top. */
export function above(pointer: string): string | null {
  return pointer === '' ? null : pointer.slice(0, pointer.lastIndexOf('/'));
}
