// Who needs which key.

import type { ModelView, NetworkSettings, SecretName, SourceView } from '../ipc/host';

export interface KeyRow {
  readonly name: SecretName;
  readonly present: boolean;
  /** The sources, models and proxy that name it. */
  readonly users: readonly string[];
}

/** Every key that is kept or named, by name. */
export function keyRows(
  kept: readonly SecretName[],
  sources: readonly SourceView[],
  models: readonly ModelView[],
  network: NetworkSettings | null,
): KeyRow[] {
  const users = new Map<SecretName, string[]>(kept.map((name) => [name, []]));
  const add = (name: SecretName | null, user: string) => {
    if (name !== null) users.set(name, [...(users.get(name) ?? []), user]);
  };
  for (const { spec } of sources) add(spec.auth.kind === 'none' ? null : spec.auth.secret, spec.name);
  for (const { spec } of models) add(spec.secret, spec.title || spec.name);
  if (network?.proxy.kind === 'through') add(network.proxy.secret, 'the proxy');
  return [...users]
    .map(([name, users]) => ({ name, present: kept.includes(name), users }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
