import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { axe, Pages, type Opened } from './browser';

let pages: Pages;
beforeAll(async () => {
  pages = await Pages.start();
});
afterAll(() => pages.close());

const grid = ({ page }: Opened) => page.getByRole('grid', { name: 'Calls, newest first' });
const pane = ({ page }: Opened) => page.getByRole('complementary');

describe('the trail', () => {
  it('is moved through, previewed and opened from the keyboard', async () => {
    const opened = await pages.open('?past=1#/trail');
    const { page, wrong } = opened;
    await grid(opened).getByRole('row').nth(3).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Space');
    await pane(opened).getByRole('heading', { name: 'support.add_note' }).waitFor();
    // A preview follows; the address stays.
    for (let times = 0; times < 3; times += 1) await page.keyboard.press('ArrowDown');
    await pane(opened).getByRole('heading', { name: 'people.find_employees' }).waitFor();
    expect(new URL(page.url()).hash).toBe('#/trail');
    await page.keyboard.press('Enter');
    await page.waitForURL(/#\/trail\/call\/call_/);
    await page.keyboard.press('Escape');
    await pane(opened).waitFor({ state: 'detached' });
    expect(new URL(page.url()).hash).toBe('#/trail');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('grid');
    expect(wrong).toEqual([]);
  });

  it('is read on as one scrolls, and holds few rows at a time', async () => {
    const opened = await pages.open('?past=1&many=300#/trail');
    const { page, wrong } = opened;
    await grid(opened).getByRole('row').nth(3).waitFor();
    const size = () => page.getByText(/calls read|all of them/).innerText();
    expect(await size()).toContain('100 calls read');
    for (let times = 0; times < 40 && !(await size()).includes('all of them'); times += 1) {
      await grid(opened).focus();
      await page.keyboard.press('End');
      await page.waitForTimeout(60);
    }
    expect(await size()).toMatch(/^2,4\d\d calls, all of them$/);
    expect(await grid(opened).getByRole('row').count()).toBeLessThan(80);
    expect(wrong).toEqual([]);
  });

  it('narrows by source, outcome and words, and says when nothing is like that', async () => {
    const opened = await pages.open('?past=1#/trail');
    const { page } = opened;
    await page.getByLabel('Source').selectOption('support');
    await page.getByLabel('Outcome').selectOption('failed');
    await page.getByText('8 calls, all of them').waitFor();
    const texts = await grid(opened).getByRole('row').allInnerTexts();
    expect(texts.slice(1).every((text) => text.includes('support.') && text.includes('failed'))).toBe(true);
    await page.getByRole('searchbox').first().fill('no such thing');
    await page.getByText('No call is like that').waitFor();
    await page.getByRole('button', { name: 'Show all calls' }).click();
    await page.getByText('100 calls read').waitFor();
    expect(await page.getByRole('searchbox').first().inputValue()).toBe('');
  });

  it('keeps what is being read in its place while calls are made, and shows them when asked', async () => {
    const opened = await pages.open('?past=1&speed=0.3#/ask');
    const { page, wrong } = opened;
    await page.getByRole('textbox', { name: 'Question' }).fill('Which customers have overdue invoices?');
    await page.keyboard.press('Enter');
    await page.evaluate(() => (location.hash = '#/trail'));
    const first = grid(opened).getByRole('row').nth(1);
    await first.waitFor();
    // With a call open nothing moves.
    await first.click();
    await pane(opened).waitFor();
    const before = await first.getAttribute('id');
    const waiting = page.getByRole('button', { name: /\d+ new calls/ });
    await waiting.waitFor();
    expect(await first.getAttribute('id')).toBe(before);
    await waiting.click();
    expect(await first.getAttribute('id')).not.toBe(before);
    // What runs is brought up to date where it stands.
    await grid(opened).getByRole('row', { name: /waiting|running/ }).first().waitFor({ state: 'detached' });
    expect(wrong).toEqual([]);
  });

  it('fills by itself while nobody reads further down, and every call ends in its outcome', async () => {
    const opened = await pages.open('?past=0&speed=2#/trail');
    const { page, wrong } = opened;
    await page.getByText('No calls yet').waitFor();
    await page.getByRole('button', { name: 'Ask a question' }).click();
    await page.getByRole('textbox', { name: 'Question' }).fill('Which customers have overdue invoices?');
    await page.keyboard.press('Enter');
    await page.evaluate(() => (location.hash = '#/trail'));
    await page.getByText('16 calls, all of them').waitFor();
    await grid(opened).getByRole('row', { name: /waiting|running/ }).first().waitFor({ state: 'detached' });
    expect(await page.getByRole('button', { name: /new calls?$/ }).count()).toBe(0);
    expect(wrong).toEqual([]);
  });

  it('opens a call by its address, with its story, its proof and the way to its conversation', async () => {
    const first = await pages.open('?past=1#/trail');
    await grid(first).getByRole('row', { name: /support.list_tickets customer 1422/ }).first().click();
    await pane(first).getByText('The source said no.').waitFor();
    const steps = await pane(first).getByRole('listitem').allInnerTexts();
    expect(steps.join('\n')).toMatch(/Asked for by the model[\s\S]*Allowed by rule[\s\S]*Sent[\s\S]*Failed/);
    await pane(first).getByRole('button', { name: /call.sent/ }).click();
    await pane(first).getByRole('button', { name: 'Prove' }).click();
    await pane(first).getByText(/is in the trail: \d+ hashes/).waitFor();
    await pane(first).getByText('c2sp.org/tlog-proof@v1').waitFor();
    await pane(first).getByRole('button', { name: 'Copy proof' }).waitFor();
    await pane(first).getByRole('link', { name: /overdue/ }).click();
    await first.page.waitForURL(/#\/ask\/conv_/);
    expect(first.wrong).toEqual([]);
  });

  it('verifies with a plain result, and says in red what is wrong', async () => {
    const sound = await pages.open('?past=1&speed=20#/trail');
    await sound.page.getByRole('button', { name: 'Verify', exact: true }).click();
    await sound.page.getByText(/Sound\./).waitFor();
    const broken = await pages.open('?past=1&speed=20&damaged=1#/trail');
    await broken.page.getByRole('button', { name: 'Verify', exact: true }).click();
    await broken.page.getByRole('alert').getByText('The trail does not verify: 3 findings').first().waitFor();
    await broken.page.getByRole('row', { name: /altered 17 The entry’s bytes/ }).waitFor();
    expect([...sound.wrong, ...broken.wrong]).toEqual([]);
  });
});

it.each([{ dark: false }, { dark: true }])('axe finds nothing in the trail, dark: $dark', async (look) => {
  const opened = await pages.open('?past=1&speed=20&damaged=1#/trail', look);
  await grid(opened).getByRole('row').nth(3).click();
  await pane(opened).getByText('Entries in the trail').waitFor();
  await opened.page.getByRole('button', { name: 'Verify', exact: true }).click();
  await opened.page.getByText('does not verify: 3').first().waitFor();
  expect(await axe(opened.page)).toEqual([]);
  const empty = await pages.open('?past=0#/trail', look);
  await empty.page.getByText('No calls yet').waitFor();
  expect(await axe(empty.page)).toEqual([]);
});
