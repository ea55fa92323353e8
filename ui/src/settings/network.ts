// The form of how this workspace reaches others, and what is wrong with it, field by field.

import type { NetworkSettings, ProxySetting, SecretName } from '../ipc/host';

/** The form. The password's value is no part of it: it goes to where keys are kept, on a way of its own. */
export interface NetworkForm {
  proxy: ProxySetting['kind'];
  address: string;
  except: string;
  /** Whether the proxy asks who one is. */
  asks: boolean;
  user: string;
  /** The password's name; empty for [`PASSWORD`]. */
  secret: string;
  /** A path on each line. */
  roots: string;
}

export type NetworkErrors = Partial<Record<'address' | 'user' | 'secret' | 'roots', string>>;

/** What the proxy's password is called unless a person calls it otherwise. */
export const PASSWORD = 'proxy_password';

export const PROXIES: readonly { value: ProxySetting['kind']; words: string; means: string }[] = [
  { value: 'system', words: 'as the system says', means: 'What HTTPS_PROXY, NO_PROXY and their like name, or the system’s own settings.' },
  { value: 'direct', words: 'none', means: 'Everybody is asked directly, whatever the system says.' },
  { value: 'through', words: 'this one', means: 'Everybody is asked through it, but this machine itself and the hosts that are left out below.' },
];

export function formOf({ proxy, roots }: NetworkSettings): NetworkForm {
  const through = proxy.kind === 'through' ? proxy : { address: '', user: '', secret: null, except: '' };
  const { address, user, secret, except } = through;
  return { proxy: proxy.kind, address, except, asks: user !== '', user, secret: secret ?? '', roots: roots.join('\n') };
}

/** The settings that the form says, or what is wrong with it. */
export function readForm(form: NetworkForm): { settings: NetworkSettings } | { errors: NetworkErrors } {
  const errors: NetworkErrors = {};
  const roots = form.roots.split('\n').map((line) => line.trim()).filter(Boolean);
  const partial = roots.find((path) => !/^(\/|\\\\|[A-Za-z]:[\\/])/.test(path));
  if (partial !== undefined) errors.roots = `Write the whole path of ${partial}, from the top.`;
  if (form.proxy !== 'through') return Object.keys(errors).length > 0 ? { errors } : { settings: { proxy: { kind: form.proxy }, roots } };
  const wrong = addressError(form.address.trim());
  if (wrong) errors.address = wrong;
  const user = form.asks ? form.user.trim() : '';
  if (form.asks && user === '') errors.user = 'Write the name under which the proxy knows you.';
  const secret: SecretName | null = form.asks ? form.secret.trim() || PASSWORD : null;
  if (secret !== null && !/^[A-Za-z0-9\-_.]{1,64}$/.test(secret)) errors.secret = 'A name has 1 to 64 letters, digits, -, _ or . – the password itself goes beside it.';
  if (Object.keys(errors).length > 0) return { errors };
  return { settings: { proxy: { kind: 'through', address: form.address.trim(), user, secret, except: form.except.trim() }, roots } };
}

function addressError(text: string): string {
  const example = 'Write an address such as http://proxy.example:8080.';
  const scheme = /^(https?|socks5h?):\/\/(.+)$/.exec(text);
  if (!scheme) return /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? 'Begin it with http://, https:// or socks5://.' : example;
  const rest = scheme[2] ?? '';
  if (rest.includes('@')) return 'Leave name and password out of the address: they go below.';
  return /^[^/?#\s]+\/?$/.test(rest) ? '' : 'Write a host and perhaps a port, and nothing behind them.';
}
