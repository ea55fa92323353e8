// An anchor as a form holds it.

import type { AnchorKind, AnchorSpec } from './kinds';

export interface AnchorForm {
  name: string;
  kind: AnchorKind;
  url: string;
  vkey: string;
  path: string;
}

export const EMPTY: AnchorForm = { name: '', kind: 'witness', url: '', vkey: '', path: '' };

/** What is wrong with a field, by its name; empty if nothing is. */
export function mistakesIn(form: AnchorForm, taken: readonly string[]): Partial<Record<keyof AnchorForm, string>> {
  const found: Partial<Record<keyof AnchorForm, string>> = {};
  if (!/^[A-Za-z0-9_-]{1,40}$/.test(form.name)) found.name = 'Write 1 to 40 letters, digits, - and _.';
  else if (taken.includes(form.name)) found.name = 'There is an anchor of this name already.';
  if (form.kind !== 'folder' && !/^https?:\/\/[^\s/]+/.test(form.url.trim())) found.url = 'Write the whole address, with https://.';
  if (form.kind === 'witness' && !/^\S+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+$/.test(form.vkey.trim())) {
    found.vkey = 'A verifier key is written name+1234abcd+key. Whoever runs the witness publishes it.';
  }
  if (form.kind === 'folder' && form.path.trim() === '') found.path = 'Write the folder’s path.';
  return found;
}

export function specOf({ name, kind, url, vkey, path }: AnchorForm): AnchorSpec {
  switch (kind) {
    case 'witness':
      return { name, kind, url: url.trim(), vkey: vkey.trim() };
    case 'timestamp':
      return { name, kind, url: url.trim() };
    case 'folder':
      return { name, kind, path: path.trim() };
  }
}
