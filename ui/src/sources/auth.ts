// How a source knows who asks, as a form has it.

import type { Auth, KeyPlace } from '../ipc/host';

/** Every field of every kind, so that changing the kind and back loses nothing. */
export interface AuthDraft {
  kind: Auth['kind'];
  secret: string;
  user: string;
  place: KeyPlace;
  name: string;
  clientId: string;
  authorizeUrl: string;
  tokenUrl: string;
  /** With blanks between them, as providers' documents write them. */
  scopes: string;
  /** What it was: fields that this form has none for stay as they are. */
  was: Auth;
}

export function authDraft(auth: Auth, secret = ''): AuthDraft {
  const draft: AuthDraft = {
    kind: auth.kind,
    secret,
    user: '',
    place: 'header',
    name: 'X-Api-Key',
    clientId: '',
    authorizeUrl: '',
    tokenUrl: '',
    scopes: '',
    was: auth,
  };
  if (auth.kind === 'basic') draft.user = auth.user;
  if (auth.kind === 'api_key') Object.assign(draft, { place: auth.place, name: auth.name });
  if (auth.kind === 'oauth2_client' || auth.kind === 'oauth2_code') {
    Object.assign(draft, { clientId: auth.client_id, tokenUrl: auth.token_url, scopes: (auth.scopes ?? []).join(' ') });
  }
  if (auth.kind === 'oauth2_code') draft.authorizeUrl = auth.authorize_url;
  if (auth.kind !== 'none' && secret === '') draft.secret = auth.secret;
  return draft;
}

export function authOf(draft: AuthDraft): Auth {
  const { kind, secret, user, place, name, was } = draft;
  const oauth = { client_id: draft.clientId, token_url: draft.tokenUrl, scopes: draft.scopes.split(/\s+/).filter(Boolean) };
  switch (kind) {
    case 'none':
      return { kind };
    case 'bearer':
      return { kind, secret };
    case 'basic':
      return { kind, secret, user };
    case 'api_key':
      return { kind, secret, place, name };
    case 'oauth2_client':
      return { ...(was.kind === kind ? was : {}), kind, secret, ...oauth };
    case 'oauth2_code':
      return { ...(was.kind === kind ? was : {}), kind, secret, ...oauth, authorize_url: draft.authorizeUrl };
    case 'aws_sigv4':
    case 'hmac':
      // How requests are signed is written in the file; the form can only name another key.
      return was.kind === kind ? { ...was, secret } : { kind: 'none' };
  }
}

/** Why it can't be saved so; empty if it can. */
export function authFault({ kind, secret, user, name, clientId, authorizeUrl, tokenUrl }: AuthDraft): string {
  if (kind === 'none') return '';
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(secret)) return 'The key’s name has 1 to 64 letters, digits, “-”, “_” or “.”.';
  if (kind === 'basic' && (user === '' || user.includes(':'))) return 'Write the user’s name; it has no colon.';
  if (kind === 'oauth2_client' || kind === 'oauth2_code') {
    if (clientId === '') return 'Write the client’s id, which the API gave you when you registered.';
    const urls = kind === 'oauth2_code' ? [authorizeUrl, tokenUrl] : [tokenUrl];
    if (!urls.every((url) => /^https?:\/\/\S+$/.test(url))) return 'Write whole addresses, like “https://auth.example.com/token”.';
  }
  return kind === 'api_key' && name === '' ? 'Write the name of the header, parameter or cookie.' : '';
}
