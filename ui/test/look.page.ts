import { gzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { axe, usePages } from './browser';

const pages = usePages();

describe('axe finds nothing, in light or dark,', () => {
  it('on an empty screen, in the palette and the list of keys', async () => {
    const { page } = await pages.open('?past=1');
    expect(await axe(page)).toEqual([]);
    await page.keyboard.press('Control+k');
    expect(await axe(page)).toEqual([]);
    await page.keyboard.type('list the keys');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Keys' }).waitFor();
    expect(await axe(page)).toEqual([]);
  });

  it('on an answer with a call open', async () => {
    const { page } = await pages.open('?past=1');
    await page.getByRole('navigation', { name: 'Conversations' }).getByRole('link', { name: /overdue/ }).first().click();
    await page.getByRole('button', { name: /^Result c4:/ }).click();
    await page.getByRole('complementary').getByText('call.ended').click();
    await page.getByRole('button', { name: /drew on/ }).click();
    expect(await axe(page)).toEqual([]);
  });

  it('on the approval sheet, and where something is wrong', async () => {
    const { page } = await pages.open('?speed=40&past=0');
    const question = page.getByRole('textbox', { name: 'Question' });
    await question.fill('Put a note on ticket 4711.');
    await page.keyboard.press('Enter');
    await page.getByRole('group', { name: /ask before they run/ }).waitFor();
    await page.waitForTimeout(800);
    await page.keyboard.press('2');
    expect(await axe(page)).toEqual([]);
    await page.getByRole('button', { name: 'Stop the answer' }).click();
    await page.getByText('You stopped it.').waitFor();
    await question.fill('Refuse my key');
    await page.keyboard.press('Enter');
    await page.getByText('The model did not answer').waitFor();
    expect(await axe(page)).toEqual([]);
    const fatal = await pages.open('?fatal=1');
    expect(await axe(fatal.page)).toEqual([]);
  });
});

it.each([
  { width: 1440, height: 900, larger: 0 },
  { width: 1000, height: 700, larger: 0 },
  { width: 1280, height: 800, larger: 7 },
  { width: 640, height: 480, larger: 0 },
])('nothing runs out of the window at $width, text enlarged $larger times', async ({ width, height, larger }) => {
  const { page, wrong } = await pages.open('?past=1', { width, height });
  for (let times = 0; times < larger; times += 1) await page.keyboard.press('Control+=');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('overdue');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.locator('article.turn footer .cost').waitFor();
  const over = await page.evaluate(() => {
    const transcript = document.querySelector('.transcript');
    return [document.documentElement, transcript].map((element) => (element ? element.scrollWidth - element.clientWidth : 0));
  });
  expect(over).toEqual([0, 0]);
  expect(await page.getByRole('textbox', { name: 'Question' }).isVisible()).toBe(true);
  expect(wrong).toEqual([]);
});

it('the titles of all screens stand at one place', async () => {
  const places = [];
  for (const screen of ['trail', 'sources', 'sources/crm', 'settings', 'settings/model']) {
    const { page } = await pages.open(`?past=1#/${screen}`);
    const title = page.locator('h1');
    await title.waitFor();
    // The way back stands before the title of what lies below a screen.
    const box = await page.locator('header').filter({ has: title }).evaluate((header) => {
      const first = header.querySelector('a, h1');
      const range = document.createRange();
      range.selectNodeContents(header.querySelector('h1') as Element);
      return { left: first?.getBoundingClientRect().left, top: range.getBoundingClientRect().top };
    });
    places.push({ left: box.left, top: Math.round(box.top) });
  }
  expect(new Set(places.map((place) => JSON.stringify(place))).size, JSON.stringify(places)).toBe(1);
});

it('the first screen needs little of the page, and no other screen before it is opened', async () => {
  const { page, scripts } = await pages.open('?past=0');
  await page.getByRole('textbox', { name: 'Question' }).waitFor();
  // The fake host comes in the place of the window's, which is a tenth of it.
  const own = [...scripts].filter(([name]) => !name.startsWith('fake-'));
  const packed = await Promise.all(own.map(async ([, text]) => gzipSync(await text).length));
  expect(packed.reduce((sum, size) => sum + size, 0), own.map(([name], at) => `${name} ${packed[at]}`).join(', ')).toBeLessThan(128_000);
  const before = scripts.size;
  await page.getByRole('link', { name: 'Settings' }).first().click();
  await page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor();
  expect(scripts.size).toBeGreaterThan(before);
});

it('the theme that was chosen outlives the page', async () => {
  const { page } = await pages.open('?past=0');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('dark');
  await page.keyboard.press('Enter');
  expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
  await page.reload();
  await page.getByRole('navigation', { name: 'Screens' }).waitFor();
  expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
});
