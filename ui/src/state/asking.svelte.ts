import type { Host, ServerAnswer, ServerQuestion } from '../ipc/host';

/** What servers of sources ask the person, in the order in which they asked. */
export class Asking {
  readonly #host: Host;
  questions = $state.raw<readonly ServerQuestion[]>([]);

  constructor(host: Host) {
    this.#host = host;
  }

  /** The question that is to be answered next. */
  get first(): ServerQuestion | null {
    return this.questions[0] ?? null;
  }

  /** Hears the servers of the open workspace from now on; what was asked in another is gone. */
  async listen(): Promise<void> {
    this.questions = [];
    await this.#host.serverQuestions((change) => {
      const id = change.kind === 'asked' ? change.question.id : change.id;
      const others = this.questions.filter((question) => question.id !== id);
      this.questions = change.kind === 'asked' ? [...others, change.question] : others;
    });
  }

  /** Answers a question. Whether the server still waited. Rejects, and leaves it open, if the answer does not fit its form. */
  async answer(id: number, answer: ServerAnswer): Promise<boolean> {
    const waited = await this.#host.answerServer(id, answer);
    this.questions = this.questions.filter((question) => question.id !== id);
    return waited;
  }
}
