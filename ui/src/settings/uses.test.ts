import { expect, it } from 'vitest';

import { models, sources } from '../ipc/fake/company';
import { keyRows } from './uses';

it('says who needs which key, and which is missing', () => {
  const proxy = { kind: 'through', address: 'http://proxy.example', user: 'ines', secret: 'pw', except: '' } as const;
  const rows = keyRows(['old_key', 'crm_token'], sources(), models(), { proxy, roots: [] });
  expect(rows.find(({ name }) => name === 'crm_token')).toEqual({ name: 'crm_token', present: true, users: ['crm'] });
  expect(rows.find(({ name }) => name === 'cloud_key')).toMatchObject({ present: false, users: ['A cloud model'] });
  expect(rows.find(({ name }) => name === 'old_key')).toMatchObject({ present: true, users: [] });
  expect(rows.find(({ name }) => name === 'pw')).toMatchObject({ present: false, users: ['the proxy'] });
  expect(rows.map(({ name }) => name)).toEqual(rows.map(({ name }) => name).sort());
});
