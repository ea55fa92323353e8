import { hashOf, parseRoute, type Route } from './route';

/** The one place that reads and writes the address. */
export class Router {
  #route = $state.raw<Route>(parseRoute(location.hash));

  constructor() {
    addEventListener('hashchange', () => (this.#route = parseRoute(location.hash)));
  }

  get route(): Route {
    return this.#route;
  }

  /** The first part: which screen. */
  get screen(): string {
    return this.#route[0] ?? 'ask';
  }

  go(...route: string[]) {
    location.hash = hashOf(route);
    // The event comes a task later; who asks in between must get the new place.
    this.#route = route;
  }
}
