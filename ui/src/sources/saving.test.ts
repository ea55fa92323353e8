import { describe, expect, it } from 'vitest';

import { fakeHost } from '../ipc/fake';
import { Saving } from './saving.svelte';
import { EXAMPLE, secretOf } from './words';

async function opened() {
  const host = fakeHost({ past: false, speed: 100 });
  const save = async (saving: Saving, toml: string, value = '') => {
    const { spec } = await host.sourceCheck(toml);
    if (!spec) throw new Error('The file has mistakes.');
    await saving.save(spec.name, secretOf(spec), value, () => host.sourceSave(toml));
  };
  const names = async () => (await host.session()).sources.map(({ spec }) => spec.name);
  return { host, save, names };
}

describe('saving a source', () => {
  it('keeps the key, saves and tests, in this order', async () => {
    const { host, save, names } = await opened();
    const saving = new Saving(host, null);
    await save(saving, EXAMPLE, 'the value');
    expect(saving.report).toMatchObject({ ok: true });
    expect(await names()).toContain('orders');
    expect(await host.secretNames()).toContain('orders_token');
  });

  it('takes back what was new, its key too', async () => {
    const { host, save, names } = await opened();
    const saving = new Saving(host, null);
    await save(saving, EXAMPLE.replace('orders.example', 'down.example'), 'the value');
    expect([saving.report?.ok, saving.replaced]).toEqual([false, false]);
    await saving.takeBack();
    expect(saving.tookBack).toBe('orders is not connected.');
    expect(await names()).not.toContain('orders');
    expect(await host.secretNames()).not.toContain('orders_token');
  });

  it('puts back what was there before the first try, however often it is mended', async () => {
    const { host, save } = await opened();
    const before = await host.sourceToml('crm');
    const saving = new Saving(host, 'crm');
    for (const address of ['http://down.one', 'http://down.two']) {
      await save(saving, before.replace(/http:[^"]+/, address));
    }
    expect([saving.report?.ok, saving.replaced]).toEqual([false, true]);
    await saving.takeBack();
    expect(await host.sourceToml('crm')).toBe(before);
    expect(await host.secretNames()).toContain('crm_token');
  });

  it('says in words why it could not be saved', async () => {
    const { host, save } = await opened();
    host.sourceSave = () => Promise.reject(new Error('The disk is full.'));
    const saving = new Saving(host, null);
    await save(saving, EXAMPLE);
    expect([saving.error, saving.saved, saving.step]).toEqual(['The disk is full.', null, 'idle']);
  });
});
