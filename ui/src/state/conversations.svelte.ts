import { wordsOf, type ConversationId, type ConversationRow, type Host, type Label } from '../ipc/host';
import { join } from './label';
import { Thread } from './thread.svelte';

const MOST_LISTED = 200;

/** Every conversation on record, and those that were opened since the page began: a run goes on out of sight. */
export class Conversations {
  #host: Host;
  #rows = $state.raw<readonly ConversationRow[]>([]);
  #threads = new Map<ConversationId, Thread>();
  #current = $state.raw<Thread>() as Thread;
  error = $state('');

  constructor(host: Host) {
    this.#host = host;
    this.#current = this.#fresh();
  }

  get rows(): readonly ConversationRow[] {
    return this.#rows;
  }

  get current(): Thread {
    return this.#current;
  }

  async load(): Promise<void> {
    try {
      this.#rows = await this.#host.conversations(MOST_LISTED);
      this.error = '';
    } catch (error) {
      this.error = wordsOf(error);
    }
  }

  /** Reads anew what was read before. A conversation in which something runs stays as it is until that has ended. */
  async forget(): Promise<void> {
    for (const [id, thread] of this.#threads) if (!thread.running) this.#threads.delete(id);
    const { id, running } = this.#current;
    if (id !== null && !running) {
      this.#current = this.#fresh();
      this.open(id);
    }
    await this.load();
  }

  /** Makes the conversation current; a new one for `null`. */
  open(id: ConversationId | null): void {
    if (id === null) {
      if (this.#current.id !== null) this.#current = this.#fresh();
      return;
    }
    if (this.#current.id === id) return;
    let thread = this.#threads.get(id);
    if (!thread) {
      thread = new Thread(this.#host, id);
      this.#keep(thread, id);
    }
    this.#current = thread;
    void thread.load();
  }

  /** Whether something runs in it. */
  runs(id: ConversationId): boolean {
    return this.#threads.get(id)?.running != null;
  }

  /** The conversation's label: what the record says, joined with what runs now. */
  labelOf({ id, label }: ConversationRow): Label {
    const thread = this.#threads.get(id);
    return thread ? join(label, thread.label) : label;
  }

  /** Called when the current, new conversation got its id. */
  onnamed: (id: ConversationId) => void = () => {};

  #fresh(): Thread {
    const thread = new Thread(this.#host, null);
    thread.onnamed = (id) => {
      this.#keep(thread, id);
      if (this.#current === thread) this.onnamed(id);
      void this.load();
    };
    return thread;
  }

  #keep(thread: Thread, id: ConversationId) {
    this.#threads.set(id, thread);
    thread.onended = () => void this.load();
  }
}
