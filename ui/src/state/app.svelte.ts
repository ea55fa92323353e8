import { createContext } from 'svelte';

import type { Host } from '../ipc/host';
import { Actions } from './actions.svelte';
import { Anchoring } from './anchoring.svelte';
import { Asking } from './asking.svelte';
import { Beginning } from './beginning.svelte';
import { Conversations } from './conversations.svelte';
import { Look } from './look.svelte';
import { Pointing } from './pointing.svelte';
import { Reading } from './reading.svelte';
import { Router } from './router.svelte';
import { SessionState } from './session.svelte';

/** What every screen has at hand. */
export class App {
  readonly host: Host;
  readonly session: SessionState;
  readonly conversations: Conversations;
  readonly beginning: Beginning;
  readonly anchoring: Anchoring;
  readonly asking: Asking;
  readonly reading: Reading;
  readonly router = new Router();
  readonly actions = new Actions();
  readonly look = new Look();
  readonly pointing = new Pointing();
  /** The address outside for which a person is asked. */
  leaving = $state<string | null>(null);
  /** How often the page had to forget what it showed of the record. Who shows some of it reads it again then. */
  forgotten = $state(0);

  constructor(host: Host) {
    this.host = host;
    this.session = new SessionState(host);
    this.conversations = new Conversations(host);
    this.anchoring = new Anchoring(host);
    this.asking = new Asking(host);
    this.reading = new Reading(host);
    this.beginning = new Beginning(host, async () => {
      await Promise.all([this.session.load(), this.conversations.load()]);
      // What was open belongs to the workspace before.
      this.conversations.open(null);
      this.router.go('ask');
    });
  }

  /** Words of the record were erased, or a review closed or opened them: none is kept that the host would not give now. */
  async forget(): Promise<void> {
    this.forgotten += 1;
    await this.conversations.forget();
  }
}

/** `useApp()` in a component's script gives the app. */
export const [useApp, provideApp] = createContext<App>();
