// How a source knows who asks, as a form has it.

import type { Auth, KeyPlace } from '../ipc/host';

/** Every field of every kind, so that changing the kind and back loses nothing. */
export interface AuthDraft {
  kind: Auth['kind'];
  secret: string;
  user: string;
  place: KeyPlace;
  name: string;
}

export function authDraft(auth: Auth, secret = ''): AuthDraft {
  const draft: AuthDraft = { kind: auth.kind, secret, user: '', place: 'header', name: 'X-Api-Key' };
  if (auth.kind === 'basic') draft.user = auth.user;
  if (auth.kind === 'api_key') Object.assign(draft, { place: auth.place, name: auth.name });
  if (auth.kind !== 'none' && secret === '') draft.secret = auth.secret;
  return draft;
}

export function authOf({ kind, secret, user, place, name }: AuthDraft): Auth {
  switch (kind) {
    case 'none':
      return { kind };
    case 'bearer':
      return { kind, secret };
    case 'basic':
      return { kind, secret, user };
    case 'api_key':
      return { kind, secret, place, name };
  }
}

/** Why it can't be saved so; empty if it can. */
export function authFault({ kind, secret, user, name }: AuthDraft): string {
  if (kind === 'none') return '';
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(secret)) return 'The key’s name has 1 to 64 letters, digits, “-”, “_” or “.”.';
  if (kind === 'basic' && (user === '' || user.includes(':'))) return 'Write the user’s name; it has no colon.';
  return kind === 'api_key' && name === '' ? 'Write the name of the header, parameter or cookie.' : '';
}
