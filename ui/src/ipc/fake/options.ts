// What the address makes the fake play: `?speed=20&past=0`.

export interface FakeOptions {
  /** How many times faster than life. */
  speed?: number;
  /** Whether the record holds conversations already. */
  past?: boolean;
  /** Whether any model is set up. */
  model?: boolean;
  /** The trail can't be written. */
  fatal?: boolean;
  /** A workspace is open. */
  workspace?: boolean;
  /** There is one that asks for its passphrase: `open`. Its recovery key is 64 zeros. */
  locked?: boolean;
  /** There is one whose key the system's keychain has lost. */
  lost?: boolean;
  /** The operating system has a keychain. */
  keychain?: boolean;
  /** Another program writes the workspace. */
  reader?: boolean;
  /** So many times it is found writing still; then it has ended. */
  writes?: number;
  /** Verifying finds something. */
  damaged?: boolean;
  /** Any source is connected. */
  source?: boolean;
  /** How many conversations the past holds. */
  many?: number;
  /** How many calls a long past before that holds. */
  deep?: number;
  /** An anchor is set up, and holds a checkpoint. */
  anchored?: boolean;
  /** Offers a question whose batch is held. */
  hold?: boolean;
  /** Offers a question whose calls wait for every reason there is. */
  waits?: boolean;
  /** Offers a question whose calls fail, to be made again. */
  retry?: boolean;
  /** Offers a question whose reads start while the model writes slowly. */
  early?: boolean;
  /** An MCP server is connected whose tools have changed. */
  server?: boolean;
  /** Its server asks the person, once in a form and once for a visit. */
  asks?: boolean;
  /** Names of sources that are paused, with commas between. */
  paused?: string;
}

/** Options as the address carries them. */
export function fakeOptions(search: string): FakeOptions {
  const given = new URLSearchParams(search);
  const flag = (name: string, otherwise: boolean) => (given.has(name) ? given.get(name) === '1' : otherwise);
  return {
    speed: Number(given.get('speed') ?? 1),
    past: flag('past', true),
    model: flag('model', true),
    fatal: flag('fatal', false),
    workspace: flag('workspace', true),
    locked: flag('locked', false),
    keychain: flag('keychain', true),
    lost: flag('lost', false),
    reader: flag('reader', false),
    writes: Number(given.get('writes') ?? 1),
    damaged: flag('damaged', false),
    source: flag('source', true),
    many: Number(given.get('many') ?? 24),
    deep: Number(given.get('deep') ?? 0),
    anchored: flag('anchored', false),
    hold: flag('hold', false),
    waits: flag('waits', false),
    retry: flag('retry', false),
    early: flag('early', false),
    server: flag('server', false),
    asks: flag('asks', false),
    paused: given.get('paused') ?? '',
  };
}
