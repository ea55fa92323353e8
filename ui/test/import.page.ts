import { describe, expect, it } from 'vitest';

import { axe, usePages } from './browser';

const pages = usePages();

const operation = (operationId: string, tag: string, more: object = {}) => ({ operationId, tags: [tag], summary: `What ${operationId} does`, ...more });
const ID = { name: 'id', in: 'path', required: true, schema: { type: 'integer' } };

/** A company's description: four tools and an operation that can't be one. */
const SHOP = {
  openapi: '3.1.0',
  info: { title: 'Corner Shop', version: '1' },
  servers: [{ url: 'https://shop.example/v1' }, { url: 'https://test.shop.example/v1' }],
  security: [{ token: [] }],
  components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  paths: {
    '/orders': { get: operation('listOrders', 'orders'), post: operation('addOrder', 'orders') },
    '/orders/{id}': { get: operation('getOrder', 'orders', { parameters: [ID] }), trace: {} },
    '/stock': { get: operation('listStock', 'stock', { deprecated: true }) },
  },
};

/** As many operations as a large company has. */
const LARGE = {
  ...SHOP,
  info: { title: 'Everything', version: '1' },
  paths: Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`/thing${at}/{id}`, { get: operation(`getThing${at}`, `part ${at % 20}`, { parameters: [ID] }) }])),
};

const file = (name: string, document: unknown) => ({ name, mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(document)) });

describe('a source from its description', () => {
  it('is looked at, picked from, saved with its key and tested', async () => {
    const { page, wrong, outside } = await pages.open('?past=0&speed=20#/sources/+');
    await page.getByRole('link', { name: 'OpenAPI document' }).click();
    await page.getByLabel('A description’s file', { exact: true }).setInputFiles(file('shop.json', SHOP));
    await page.getByRole('heading', { name: 'Corner Shop' }).waitFor();
    await page.getByText('4 operations can be used, 1 can’t. Nothing is saved yet.').waitFor();
    await page.getByText('1 operation can’t be used, and why').click();
    await page.getByText('no tool can send TRACE').waitFor();
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('corner_shop');
    await page.getByLabel('Only with the tag').selectOption('orders');
    await page.getByLabel('Choose all that are shown').uncheck();
    await page.getByLabel('Choose get_order').check();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Space');
    await page.getByText('3 operations of 4 chosen').waitFor();
    await page.getByLabel('Label of get_order').selectOption('restricted');
    await page.getByLabel('Effect of list_orders').selectOption('write');
    await page.getByLabel('Value of the key corner_shop-key').fill('a value that stays put');
    await page.getByRole('button', { name: 'Save 3 tools and test' }).click();
    await page.getByRole('heading', { name: 'corner_shop', level: 1 }).waitFor();
    await page.getByText('Bearer token, corner_shop-key').waitFor();
    await page.getByRole('button', { name: /get_order read .* restricted/ }).waitFor();
    await page.getByRole('button', { name: /list_orders write/ }).waitFor();
    expect(await page.content()).not.toContain('a value that stays put');
    expect([wrong, outside]).toEqual([[], []]);
  });

  it('says what is otherwise when it is imported again', async () => {
    const { page, wrong } = await pages.open('?past=0&speed=20#/sources/+openapi');
    await page.getByLabel('Or paste it').fill(JSON.stringify(SHOP));
    await page.getByText('It looks like an OpenAPI document.').waitFor();
    await page.getByRole('button', { name: 'Look at it' }).first().click();
    await page.getByLabel('Choose list_stock').uncheck();
    await page.getByLabel('Value of the key corner_shop-key').fill('key');
    await page.getByRole('button', { name: 'Save 3 tools and test' }).click();
    await page.getByRole('button', { name: 'More for corner_shop' }).click();
    await page.getByRole('menuitem', { name: 'Import again…' }).click();
    const { '/orders': orders, ...rest } = SHOP.paths;
    const next = { ...SHOP, paths: { ...rest, '/orders': { get: { ...orders.get, summary: 'Orders, newest first' } } } };
    await page.getByLabel('Or paste it').fill(JSON.stringify(next));
    await page.getByRole('button', { name: 'Look at it' }).first().click();
    await page.getByText('There is a source corner_shop already').waitFor();
    await page.getByText(/1 operation of the description is new,\s*1 tool changed, and it does not have add_order any more/).waitFor();
    await page.getByText('changed: description').waitFor();
    expect(await page.getByLabel('Choose list_stock').isChecked()).toBe(false);
    expect(wrong).toEqual([]);
  });

  it('shows a thousand operations at once and chooses by tag and words', async () => {
    const { page, wrong } = await pages.open('?past=0&speed=20#/sources/+openapi');
    await page.getByLabel('A description’s file', { exact: true }).setInputFiles(file('large.json', LARGE));
    await page.getByText('0 operations of 1,000 chosen').waitFor();
    expect(await page.getByRole('table', { name: 'Operations' }).getByRole('row').count()).toBeLessThan(60);
    await page.getByLabel('Only with the tag').selectOption('part 7');
    await page.getByLabel('Search the operations').fill('thing98');
    await page.getByText('; 1 shown').waitFor();
    await page.getByLabel('Choose all that are shown').check();
    await page.getByLabel('Search the operations').fill('');
    await page.getByText('1 operation of 1,000 chosen; 50 shown').waitFor();
    expect(await axe(page)).toEqual([]);
    expect(wrong).toEqual([]);
  });

  it('is fetched from its address once a person has seen whose it is', async () => {
    const { page, wrong, outside } = await pages.open('?past=0&speed=20#/sources/+openapi');
    await page.getByLabel('Or its address').fill('https://docs.example.com/stock');
    await page.getByRole('button', { name: 'Look at it' }).last().click();
    await page.getByText('It is said to be at another host').waitFor();
    await page.getByText('https://stock.example.com/openapi.json').waitFor();
    expect(await axe(page)).toEqual([]);
    await page.getByRole('button', { name: 'Fetch it from there' }).click();
    await page.getByRole('heading', { name: 'Stock' }).waitFor();
    await page.getByText('It refers to other documents').waitFor();
    const origin = page.getByLabel('2 documents from https://schemas.example.com');
    await origin.uncheck();
    expect(await page.getByRole('button', { name: 'Fetch them' }).isDisabled()).toBe(true);
    await origin.check();
    await page.getByRole('button', { name: 'Fetch them' }).click();
    expect(await axe(page)).toEqual([]);
    expect([wrong, outside]).toEqual([[], []]);
  });

  it('has results in pages, and a person says how many are joined', async () => {
    const { page, wrong } = await pages.open('?past=0&speed=20#/sources/+openapi');
    await page.getByLabel('Or its address').fill('https://stock.example.com/openapi.json');
    await page.getByRole('button', { name: 'Look at it' }).last().click();
    await page.getByText('Results of 1 chosen tool come in pages.').waitFor();
    await page.getByRole('button', { name: 'More of list_items' }).click();
    await page.getByText('Its result goes on by page, the page’s number.').waitFor();
    const joined = page.getByLabel('Pages of a result that are joined');
    await joined.fill('0');
    await page.getByText('Write a whole number from 1 to 1000.').waitFor();
    await joined.fill('5');
    await page.getByRole('button', { name: 'Save 2 tools and test' }).click();
    await page.getByRole('heading', { name: 'stock', level: 1 }).waitFor();
    await page.getByRole('button', { name: /^▸?\s*list_items/ }).click();
    await page.getByText('by page, the page’s number; up to 5 pages are joined').waitFor();
    await page.getByRole('button', { name: 'Edit list_items' }).click();
    await page.getByLabel('Its result comes').selectOption('cursor');
    await page.getByText('Where the answer names the next page').waitFor();
    expect(await page.getByLabel('Pages that are joined').inputValue()).toBe('5');
    expect(await axe(page)).toEqual([]);
    expect(wrong).toEqual([]);
  });

  it('that nothing can be made of says why, and a pasted command is recognised', async () => {
    const { page } = await pages.open('?past=0&speed=20#/sources/+paste');
    await page.getByLabel('Or paste a collection or curl commands').fill('Dear Ada');
    await page.getByText('It is not clear what this is').waitFor();
    await page.getByRole('button', { name: 'Look at it' }).click();
    await page.getByText('it is neither JSON nor YAML').waitFor();
    expect(await page.getByLabel('Or paste a collection or curl commands').inputValue()).toBe('Dear Ada');
    expect(await axe(page)).toEqual([]);
    await page.getByLabel('Or paste a collection or curl commands').fill("curl 'https://api.shop.example/orders?region=north' -H 'Authorization: Bearer abc'");
    await page.getByText('It looks like curl commands.').waitFor();
    await page.getByRole('button', { name: 'Look at it' }).click();
    await page.getByLabel('Choose get_orders').waitFor();
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('shop');
  });
});

describe('a tool by hand', () => {
  it('is written in a form that shows what it sends and what is wrong', async () => {
    const { page, wrong } = await pages.open('?past=0&speed=20#/sources/+form');
    await page.getByLabel('Name of the source').fill('Parts');
    await page.getByText(/can't name it/).waitFor();
    await page.getByLabel('Name of the source').fill('parts');
    await page.getByLabel('Base address').fill('https://parts.example/api');
    await page.getByLabel('It knows you by').selectOption('api_key');
    await page.getByLabel('Value of the key api-key').fill('a value that stays put');
    await page.getByLabel('Name of the tool').fill('get_part');
    await page.getByLabel('Description', { exact: true }).fill('One part');
    await page.getByLabel('Path', { exact: true }).press('End');
    await page.keyboard.type('parts/{id}');
    await page.getByLabel('Type of id').selectOption('integer');
    await page.getByRole('button', { name: 'Add an argument' }).click();
    await page.keyboard.type('depth');
    const request = page.getByRole('region', { name: 'The request' });
    await request.getByText('GET https://parts.example/api/parts/7?depth=depth').waitFor();
    expect(await request.innerText()).toContain('x-api-key: {secret:api-key}');
    await page.getByLabel('With these arguments').fill('{"id": "seven"}');
    await page.getByText('id is no integer.').waitFor();
    expect(await axe(page)).toEqual([]);
    await page.getByRole('button', { name: 'Save and test' }).click();
    await page.getByRole('heading', { name: 'parts', level: 1 }).waitFor();
    await page.getByText('key in the header X-Api-Key, api-key').waitFor();
    expect(await page.content()).not.toContain('a value that stays put');
    await page.getByRole('button', { name: 'Edit get_part' }).click();
    expect(await page.getByLabel('Name of argument 2').inputValue()).toBe('depth');
    await page.getByLabel('Description', { exact: true }).fill('One part, by id');
    await page.getByRole('button', { name: 'Save and test' }).click();
    await page.getByText('One part, by id').first().waitFor();
    expect(wrong).toEqual([]);
  });
});

it('trying a tool turns to JSON and back without loss, and copies a command without the key', async () => {
  const { page, wrong } = await pages.open('?past=0&speed=20#/sources/crm/get_customer');
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByLabel('id', { exact: true }).fill('12345678901234567890');
  await page.getByRole('radio', { name: 'JSON' }).check();
  const text = page.getByLabel('Arguments as JSON');
  expect(await text.inputValue()).toBe('{\n  "id": 12345678901234567890\n}');
  await text.fill('{"id": 7, "idd": 1}');
  await page.getByText('idd is not known.').waitFor();
  await page.getByRole('radio', { name: 'Form' }).check();
  await page.getByRole('button', { name: 'Leave out idd' }).click();
  expect(await page.getByLabel('id', { exact: true }).inputValue()).toBe('7');
  await page.getByRole('button', { name: 'Copy as curl' }).click();
  await page.getByText('set CRM_TOKEN where you run it').waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^curl 'http[^']*\/customers\/7'[\s\S]*'authorization: Bearer '"\$CRM_TOKEN"$/);
  expect(wrong).toEqual([]);
});
