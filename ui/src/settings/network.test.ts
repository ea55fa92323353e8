import { describe, expect, it } from 'vitest';

import type { NetworkSettings } from '../ipc/host';
import { formOf, readForm } from './network';

const SYSTEM: NetworkSettings = { proxy: { kind: 'system' }, roots: [] };
const check = (change: object) => readForm({ ...formOf(SYSTEM), proxy: 'through', address: 'http://proxy.example:8080', ...change });

describe('the form of the network', () => {
  it('says what it was given', () => {
    const through = { kind: 'through', address: 'socks5://127.0.0.1:1080', user: 'ines', secret: 'pw', except: '.corp, 10.0.0.0/8' } as const;
    for (const settings of [SYSTEM, { proxy: { kind: 'direct' }, roots: ['/etc/corp.pem', 'C:\\corp.pem'] }, { proxy: through, roots: [] }] as NetworkSettings[]) {
      expect(readForm(formOf(settings))).toEqual({ settings });
    }
  });

  it('forgets who one is where the proxy does not ask, and names a password that has no name', () => {
    expect(check({ user: 'ines', secret: 'pw' })).toMatchObject({ settings: { proxy: { user: '', secret: null } } });
    expect(check({ asks: true, user: 'ines' })).toMatchObject({ settings: { proxy: { user: 'ines', secret: 'proxy_password' } } });
    expect(check({ proxy: 'direct', address: 'nonsense' })).toEqual({ settings: { proxy: { kind: 'direct' }, roots: [] } });
  });

  it('says field by field what is wrong', () => {
    for (const address of ['', 'proxy.example', 'ftp://proxy.example', 'http://', 'http://ana:pw@proxy.example', 'http://proxy.example/x']) {
      const read = check({ address });
      expect('errors' in read && Object.keys(read.errors), address).toEqual(['address']);
      expect(JSON.stringify(read)).not.toContain('pw');
    }
    for (const address of ['https://proxy.example/', 'socks5h://[::1]:1080']) expect(check({ address }), address).toHaveProperty('settings');
    expect(check({ asks: true })).toMatchObject({ errors: { user: expect.any(String) as string } });
    expect(check({ asks: true, user: 'i', secret: 'two words' })).toMatchObject({ errors: { secret: expect.any(String) as string } });
    expect(check({ roots: '/etc/a.pem\nb.pem' })).toMatchObject({ errors: { roots: expect.stringContaining('b.pem') as string } });
  });
});
