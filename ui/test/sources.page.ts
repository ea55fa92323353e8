import { describe, expect, it } from 'vitest';

import { axe, usePages } from './browser';

const pages = usePages();

const FILE = 'The source’s file (TOML)';

describe('a source', () => {
  it('is added: every mistake named as one types, the key asked for, saved, tested', async () => {
    const { page, wrong } = await pages.open('?past=1&speed=20#/sources');
    await page.getByRole('button', { name: 'Add a source' }).click();
    await page.getByRole('link', { name: 'A source’s file' }).click();
    const file = page.getByLabel(FILE);
    await page.getByText('2 tools: 2 read').waitFor();
    const good = await file.inputValue();
    await file.fill(good.replace('"orders"', '"My orders"').replace('"GET"', '"FETCH"'));
    await page.getByRole('heading', { name: '2 mistakes' }).waitFor();
    expect(await page.getByRole('button', { name: 'Save and test' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Line 10' }).click();
    const chosen = await file.evaluate((area: HTMLTextAreaElement) => area.value.slice(area.selectionStart, area.selectionEnd));
    expect(chosen).toBe('method = "FETCH"');
    await file.fill(good);
    await page.getByLabel('Value of the key orders_token').fill('a value that stays put');
    await page.getByRole('button', { name: 'Save and test' }).click();
    await page.getByRole('heading', { name: 'orders', level: 1 }).waitFor();
    expect(await page.content()).not.toContain('a value that stays put');
    expect(wrong).toEqual([]);
  });

  it('that fails its test is kept, mended or taken back', async () => {
    const { page, wrong } = await pages.open('?past=1&speed=20#/sources/+file');
    await page.getByText('2 tools: 2 read').waitFor();
    await page.getByRole('button', { name: 'Save and test' }).click();
    await page.getByText('It does not work yet').waitFor();
    await page.getByRole('button', { name: 'Take it back' }).click();
    await page.getByText('orders is not connected.').waitFor();
    await page.getByRole('link', { name: 'Sources' }).first().click();
    await page.getByRole('heading', { name: 'Sources', level: 1 }).waitFor();
    expect(await page.getByRole('row', { name: /orders/ }).count()).toBe(0);
    expect(wrong).toEqual([]);
  });

  it('is read from a file', async () => {
    const { page } = await pages.open('?past=0#/sources/+file');
    await page.getByText('2 tools: 2 read').waitFor();
    const buffer = Buffer.from('name = "small"\nbase_url = "https://small.example"\nauth = { kind = "none" }\n');
    await page.getByLabel('A source’s file', { exact: true }).setInputFiles({ name: 'small.toml', mimeType: 'text/plain', buffer });
    await page.getByRole('heading', { name: 'small' }).waitFor();
  });

  it('is found among many by the keyboard, and removed from the list with the way back', async () => {
    const { page, wrong } = await pages.open('?past=1&speed=20#/sources');
    await page.getByRole('link', { name: 'crm', exact: true }).focus();
    await page.keyboard.press('End');
    const last = await page.evaluate(() => (document.activeElement as HTMLElement).dataset['source'] ?? '');
    await page.keyboard.press('Delete');
    await page.getByRole('dialog').getByRole('heading', { name: `Remove ${last}?` }).waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByText(`${last} is removed.`).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('heading', { name: last, level: 1 }).waitFor();
    expect(wrong).toEqual([]);
  });

  it('is duplicated, and its file is written where one finds it', async () => {
    const { page, wrong } = await pages.open('?past=1&speed=20#/sources/crm');
    await page.getByRole('button', { name: 'More for crm' }).click();
    await page.getByRole('menuitem', { name: 'Export its file' }).click();
    await page.getByText('Downloads/tieout-crm').waitFor();
    await page.getByRole('button', { name: 'More for crm' }).click();
    await page.getByRole('menuitem', { name: 'Duplicate…' }).click();
    await page.getByLabel('Name of the copy').fill('crm two');
    await page.getByRole('button', { name: 'Make it' }).click();
    await page.getByText(/lower-case letters, digits and single/).waitFor();
    await page.getByLabel('Name of the copy').fill('crm_two');
    await page.getByRole('button', { name: 'Make it' }).click();
    await page.getByRole('heading', { name: 'crm_two', level: 1 }).waitFor();
    expect(wrong).toEqual([]);
  });

  it('is removed, with the way back', async () => {
    const { page, wrong } = await pages.open('?past=1&speed=20#/sources/crm');
    await page.getByRole('button', { name: 'Remove' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.innerText()).toMatch(/calls[\s\S]*trail[\s\S]*crm_token[\s\S]*in memory/);
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await page.getByText('crm is removed.').waitFor();
    expect(await page.getByRole('link', { name: 'crm', exact: true }).count()).toBe(0);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('heading', { name: 'crm', level: 1 }).waitFor();
    await page.getByRole('button', { name: /get_customer/ }).waitFor();
    expect(wrong).toEqual([]);
  });

  it('has tools to try: a form from the schema, and what was recorded', async () => {
    const { page, wrong } = await pages.open('?past=0&speed=20#/sources/crm/get_customer');
    await page.getByRole('button', { name: 'Call it' }).click();
    await page.getByText('The tool needs it.').waitFor();
    const id = page.getByLabel('id', { exact: true });
    await id.fill('seven');
    await page.keyboard.press('Enter');
    await page.getByText('Write a whole number').waitFor();
    await id.fill('7');
    await page.keyboard.press('Enter');
    const result = page.locator('.result');
    await result.getByText('total').first().waitFor();
    expect(await result.innerText()).toMatch(/returned\s*200\s*180 ms[\s\S]*Result\s*application\/json/);
    await result.getByText('As recorded').click();
    await result.getByText('Asked for by hand').waitFor();
    await result.getByRole('link', { name: 'Open in trail' }).click();
    await page.waitForURL(/#\/trail\/call\/call_/);
    expect(wrong).toEqual([]);
  });

  it('can’t be changed while another program writes, and says why', async () => {
    const { page } = await pages.open('?past=1&reader=1#/sources/crm');
    await page.getByText(/process 4711\) has been writing/).waitFor();
    for (const name of ['Test', 'Edit', 'Remove']) {
      const button = page.getByRole('button', { name, exact: true });
      expect([await button.isDisabled(), await button.getAttribute('title')]).toEqual([
        true,
        'Read only: another program writes this workspace.',
      ]);
    }
  });
});

describe('reading only', () => {
  it('ends when the program that wrote has ended', async () => {
    const { page, wrong } = await pages.open('?past=1&reader=1&writes=1&speed=20#/sources');
    const again = page.getByRole('button', { name: 'Try again' });
    await again.click();
    await page.getByRole('alert').getByText('(process 4711) is writing to this workspace').waitFor();
    expect(await page.getByRole('button', { name: 'Add a source' }).isDisabled()).toBe(true);
    await again.click();
    await page.getByText('Read only.').waitFor({ state: 'detached' });
    expect(await page.getByRole('button', { name: 'Add a source' }).isDisabled()).toBe(false);
    expect(wrong).toEqual([]);
  });
});

it('the health of sources follows the calls', async () => {
  const { page, wrong } = await pages.open('?past=0&speed=20#/sources/crm');
  await page.getByText('never called').waitFor();
  await page.getByRole('button', { name: 'Test' }).click();
  await page.getByText(/none of 1 failed/).waitFor();
  await page.getByRole('link', { name: 'Sources' }).first().click();
  await page.getByRole('row', { name: /^crm/ }).getByText('none of 1').waitFor();
  expect(wrong).toEqual([]);
});

describe('how a source’s calls run', () => {
  it('is shown in the tables, with advice and what to do about it', async () => {
    const { page, wrong } = await pages.open('?past=1&speed=20#/sources');
    await page.getByRole('row', { name: /^billing .* 20 requests a second, 40 at once/ }).waitFor();
    await page.getByRole('link', { name: 'Advice on support: 2' }).click();
    await page.getByText('16 calls at a time, no limit of requests a second').waitFor();
    await page.getByText('Name the header in which it takes such a key').waitFor();
    await page.getByRole('button', { name: /set_priority idempotent write, alone/ }).click();
    await page.getByText('/tickets/{id}', { exact: true }).waitFor();
    await page.getByText('alone: nothing else of the same answer beside it').waitFor();
    await page.getByRole('button', { name: /add_note write/ }).click();
    expect(await page.getByText('Writes are sent once only').count()).toBe(2);
    await page.getByRole('link', { name: 'Edit the file of support' }).first().click();
    await page.getByText('What the file may say').click();
    await page.getByLabel(FILE).evaluate((area: HTMLTextAreaElement) => area.setSelectionRange(0, 0));
    await page.getByRole('button', { name: 'Insert idempotency_header = "Idempotency-Key"' }).click();
    expect(await page.getByLabel(FILE).inputValue()).toMatch(/^name = "support"\nidempotency_header = "Idempotency-Key"\n/);
    await page.getByRole('button', { name: 'Save and test' }).click();
    await page.getByText('may be sent again: it knows them by').waitFor();
    expect(await page.getByText('Writes are sent once only').count()).toBe(0);
    expect(wrong).toEqual([]);
  });

  it('waits while a person pauses it', async () => {
    const { page, wrong } = await pages.open('?past=0&speed=20#/sources/people');
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('You paused it').waitFor();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByText('You paused it').waitFor({ state: 'detached' });
    expect(wrong).toEqual([]);
  });
});

describe('axe finds nothing among the sources, in light or dark,', () => {
  it.each(['#/sources', '#/sources/+', '#/sources/+openapi', '#/sources/+form', '#/sources/crm/+form/get_customer', '#/sources/support/add_note', '#/sources/crm/+edit', '#/sources/nowhere'])('at %s', async (place) => {
    const { page } = await pages.open(`?past=1&speed=20${place}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForTimeout(400);
    expect(await axe(page)).toEqual([]);
  });

  it('with mistakes, a failed test and the question before removing', async () => {
    const { page } = await pages.open('?past=1&speed=20#/sources/+file');
    await page.getByText('2 tools: 2 read').waitFor();
    await page.getByRole('button', { name: 'Save and test' }).click();
    await page.getByText('It does not work yet').waitFor();
    expect(await axe(page)).toEqual([]);
    await page.getByLabel(FILE).fill('name = 7\n???');
    await page.getByRole('heading', { name: /mistakes/ }).waitFor();
    expect(await axe(page)).toEqual([]);
    await page.getByRole('link', { name: 'Sources' }).first().click();
    await page.getByRole('link', { name: 'orders', exact: true }).click();
    await page.getByRole('button', { name: 'Remove' }).click();
    expect(await axe(page)).toEqual([]);
  });
});
