import { describe, expect, it } from 'vitest';

import { axe, usePages } from './browser';

const pages = usePages();

describe('an MCP server', () => {
  it('that is a program is connected: what it finds is named, what it offers is seen before it is saved', async () => {
    const { page, wrong } = await pages.open('?past=0&speed=20#/sources/+');
    await page.getByRole('link', { name: 'MCP server' }).click();
    await page.getByLabel('Name of the source').fill('files');
    const connect = page.getByRole('button', { name: 'Connect', exact: true });
    expect(await connect.isDisabled()).toBe(true);
    await page.getByLabel('Command').fill('missing-program');
    await connect.click();
    await page.getByText('No such file or directory').waitFor();
    await page.getByLabel('Command').fill("npx -y '@modelcontextprotocol/server-filesystem' /srv/reports");
    await page.getByRole('button', { name: 'Add a variable' }).click();
    await page.getByLabel('Name of variable 1').fill('TOKEN');
    await page.getByLabel('What TOKEN is').selectOption('kept');
    await page.getByLabel('Name of the key for TOKEN').fill('files-token');
    await page.getByLabel('Value of the key files-token').fill('a value that stays put');
    await connect.click();
    await page.getByRole('heading', { name: 'files offers 3 tools' }).waitFor();
    expect(await page.content()).not.toContain('a value that stays put');
    expect(await page.getByLabel('Effect of read_file').inputValue()).toBe('write');
    await page.getByLabel('Effect of read_file').selectOption('read');
    await page.getByLabel('Label of write_file').selectOption('restricted');
    await page.getByRole('button', { name: 'All that it says of read_file' }).click();
    await page.getByLabel('What it touches, as a path').fill('/{path}');
    await page.getByRole('button', { name: 'Accept 3 tools and save' }).click();
    await page.getByRole('heading', { name: 'files', level: 1 }).waitFor();
    await page.getByText('npx -y @modelcontextprotocol/server-filesystem /srv/reports').waitFor();
    await page.getByRole('button', { name: /read_file read .*\{path\}/ }).waitFor();
    await page.getByRole('button', { name: /write_file write .* restricted/ }).waitFor();
    expect(wrong).toEqual([]);
  });

  it('that wants a sign-in elsewhere is signed in to once the person has accepted where', async () => {
    const { page, wrong } = await pages.open('?past=0&speed=20#/sources/+mcp');
    await page.getByLabel('Name of the source').fill('tickets');
    await page.getByLabel('At an address').check({ force: true });
    await page.getByLabel('Address', { exact: true }).fill('https://login.tickets.example/mcp');
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await page.getByText('wants you to sign in at https://login.example.com/').waitFor();
    await page.getByText('tickets.read, tickets.write').waitFor();
    expect(await page.getByRole('heading', { name: /offers/ }).count()).toBe(0);
    await page.getByRole('button', { name: 'Accept these hosts and sign in' }).click();
    await page.getByRole('heading', { name: 'tickets offers 3 tools' }).waitFor();
    await page.getByRole('button', { name: 'Accept 3 tools and save' }).click();
    await page.getByRole('heading', { name: 'tickets', level: 1 }).waitFor();
    await page.getByText('your sign-in at login.example.com').waitFor();
    expect(wrong).toEqual([]);
  });

  it('whose tools have changed shows what changed, and takes it tool by tool', async () => {
    const { page, wrong } = await pages.open('?past=0&speed=20&server=1#/sources');
    await page.getByRole('row', { name: /files .* 3 tools held/ }).waitFor();
    await page.getByRole('link', { name: 'files', exact: true }).click();
    const turned = page.getByRole('article', { name: 'read_file says something else now' });
    expect(await turned.locator('ins').allInnerTexts()).toContainEqual(expect.stringMatching(/ssh/));
    expect(await turned.locator('.after').allInnerTexts()).toContainEqual(expect.stringContaining('"notes"'));
    await page.getByRole('article', { name: 'write-file is gone' }).getByRole('button', { name: 'Let it go' }).click();
    await page.getByText('2 tools held').waitFor();
    expect(await page.getByRole('button', { name: /^.? ?write_file/ }).count()).toBe(0);
    await page.getByRole('button', { name: 'Accept all 2' }).click();
    await page.getByText('2 tools held').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /list_roots write/ }).waitFor();
    await page.getByRole('button', { name: 'What it wrote' }).click();
    await page.getByText('key is {secret:files}').waitFor();
    await page.getByRole('button', { name: 'Ask anew' }).click();
    await page.getByText('It offers what you accepted.').waitFor();
    expect(wrong).toEqual([]);
  });
});

describe('what a server asks', () => {
  it('is a form in Ask with whose server it is, and nothing that it did not ask for', async () => {
    const { page, wrong } = await pages.open('?past=0&speed=20&server=1&asks=1#/sources');
    await page.getByText('The server of files asks you something').waitFor();
    await page.getByRole('button', { name: 'Look at it' }).click();
    const sheet = page.getByRole('group', { name: 'The server of files asks you' });
    await sheet.getByLabel('team').waitFor();
    expect([await sheet.getByRole('textbox').count(), await sheet.getByRole('combobox').count()]).toEqual([2, 2]);
    expect(await sheet.getByLabel('rows').inputValue()).toBe('100');
    await sheet.getByRole('button', { name: 'Send to files' }).click();
    await sheet.getByText('The server needs it.').waitFor();
    await sheet.getByLabel('team').fill('sales');
    await sheet.getByRole('button', { name: 'Send to files' }).click();
    await sheet.getByText('Please confirm the export').waitFor();
    const answered = () => page.evaluate(() => JSON.parse(document.documentElement.dataset['answered'] ?? 'null') as unknown);
    expect(await answered()).toEqual({ kind: 'accepted', content: { team: 'sales', rows: 100, urgent: false, format: 'csv' } });
    expect(await axe(page)).toEqual([]);
    await sheet.getByRole('button', { name: 'Open it…' }).click();
    await page.getByRole('dialog').getByText('https://files.example.com/confirm/4711').waitFor();
    await page.getByRole('button', { name: 'Stay here' }).click();
    await sheet.getByRole('button', { name: 'Refuse' }).click();
    await sheet.waitFor({ state: 'detached' });
    expect(await answered()).toEqual({ kind: 'declined' });
    expect(wrong).toEqual([]);
  });
});

describe('axe finds nothing among MCP servers, in light or dark,', () => {
  it.each(['#/sources', '#/sources/+mcp', '#/sources/files', '#/sources/files/read_file', '#/sources/files/+mcp', '#/ask'])('at %s', async (place) => {
    const { page } = await pages.open(`?past=0&speed=20&server=1${place === '#/ask' ? '&asks=1' : ''}${place}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForTimeout(400);
    expect(await axe(page)).toEqual([]);
  });

  it('with what a server offers', async () => {
    const { page } = await pages.open('?past=0&speed=20&server=1#/sources/files/+mcp');
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await page.getByRole('heading', { name: 'files offers 3 tools' }).waitFor();
    await page.getByRole('button', { name: 'All that it says of read_file' }).click();
    expect(await axe(page)).toEqual([]);
  });
});
