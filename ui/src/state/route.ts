// Where the window stands: the hash, taken apart. `#/trail/call/call_01…` is ['trail', 'call', 'call_01…'].

export type Route = readonly string[];

export function parseRoute(hash: string): Route {
  const parts = hash.replace(/^#?\/?/, '').split('/').filter((part) => part !== '');
  try {
    return parts.map(decodeURIComponent);
  } catch {
    return [];
  }
}

export function hashOf(route: Route): string {
  return `#/${route.map(encodeURIComponent).join('/')}`;
}
