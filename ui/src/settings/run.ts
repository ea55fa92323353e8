// The form of how batches run: units that a person thinks in, and what is wrong with them, field by field.

import type { RunSettings, Straggler } from '../ipc/host';

/** As a workspace begins. */
export const DEFAULTS: RunSettings = {
  in_flight: 64,
  batch_calls: 128,
  batch_deadline_ms: 600_000,
  early: true,
  sequential: false,
  shown_bytes: 96 << 10,
  straggler: { kind: 'wait' },
  first_word_ms: 300_000,
  word_pause_ms: 180_000,
  model_attempts: 4,
  model_wait_ms: 120_000,
};

/** The form: numbers as they are typed. Seconds and KiB, since nobody thinks in milliseconds and bytes. */
export interface RunForm {
  inFlight: string;
  batchCalls: string;
  deadline: string;
  early: boolean;
  sequential: boolean;
  shown: string;
  straggler: Straggler['kind'];
  after: string;
  firstWord: string;
  wordPause: string;
  modelAttempts: string;
  modelWait: string;
}

export type RunErrors = Partial<
  Record<'inFlight' | 'batchCalls' | 'deadline' | 'shown' | 'after' | 'firstWord' | 'wordPause' | 'modelAttempts' | 'modelWait', string>
>;

/** The largest number that travels. */
const MOST = 4_294_967_295;
const FIRST_BUDGET = '2';

export function formOf(settings: RunSettings): RunForm {
  const { straggler } = settings;
  return {
    inFlight: String(settings.in_flight),
    batchCalls: String(settings.batch_calls),
    deadline: String(settings.batch_deadline_ms / 1000),
    early: settings.early,
    sequential: settings.sequential,
    shown: String(settings.shown_bytes / 1024),
    straggler: straggler.kind,
    after: straggler.kind === 'wait' ? FIRST_BUDGET : String(straggler.after_ms / 1000),
    firstWord: String(settings.first_word_ms / 1000),
    wordPause: String(settings.word_pause_ms / 1000),
    modelAttempts: String(settings.model_attempts),
    modelWait: String(settings.model_wait_ms / 1000),
  };
}

/** The settings that the form says, or what is wrong with it. */
export function readForm(form: RunForm): { settings: RunSettings } | { errors: RunErrors } {
  const errors: RunErrors = {};
  const whole = (key: keyof RunErrors, text: string) => {
    const number = /^\d+$/.test(text.trim()) ? Number(text) : NaN;
    if (!(number >= 1 && number <= MOST)) errors[key] = 'Write a whole number from 1 up.';
    return number;
  };
  const scaled = (key: keyof RunErrors, text: string, factor: number, least: number, words: string) => {
    const number = /^\d+(\.\d+)?$/.test(text.trim()) ? Math.round(Number(text) * factor) : NaN;
    if (!(number >= least && number <= MOST)) errors[key] = words;
    return number;
  };
  const seconds = 'Write seconds, such as 600 or 2.5.';
  const oneOrMore = 'Write seconds, 1 or more.';
  const settings: RunSettings = {
    in_flight: whole('inFlight', form.inFlight),
    batch_calls: whole('batchCalls', form.batchCalls),
    batch_deadline_ms: scaled('deadline', form.deadline, 1000, 1, seconds),
    early: form.early,
    sequential: form.sequential,
    shown_bytes: scaled('shown', form.shown, 1024, 1024, 'Write KiB, 1 or more.'),
    straggler:
      form.straggler === 'wait'
        ? { kind: 'wait' }
        : { kind: form.straggler, after_ms: scaled('after', form.after, 1000, 1, seconds) },
    first_word_ms: scaled('firstWord', form.firstWord, 1000, 1000, oneOrMore),
    word_pause_ms: scaled('wordPause', form.wordPause, 1000, 1000, oneOrMore),
    model_attempts: whole('modelAttempts', form.modelAttempts),
    model_wait_ms: scaled('modelWait', form.modelWait, 1000, 0, 'Write seconds, or 0 to wait for nobody.'),
  };
  return Object.keys(errors).length > 0 ? { errors } : { settings };
}

export const STRAGGLERS: readonly { value: Straggler['kind']; words: string; means: string }[] = [
  { value: 'wait', words: 'wait for it', means: 'The batch goes back to the model when its slowest call has ended.' },
  {
    value: 'hedge',
    words: 'send it once more',
    means: 'A read that takes longer is sent a second time beside the first; whichever answers first counts. Writes are always waited for.',
  },
  {
    value: 'pending',
    words: 'go on without it',
    means: 'The batch goes back without a read that takes longer; the model can ask for its result later. Writes are always waited for.',
  },
];
