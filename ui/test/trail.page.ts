import { describe, expect, it } from 'vitest';

import { axe, type Opened, usePages } from './browser';

const pages = usePages();

const grid = ({ page }: Opened) => page.getByRole('grid', { name: 'Calls, newest first' });
const filter = ({ page }: Opened) => page.getByRole('combobox', { name: 'Filter the calls' });
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

  it('goes through 100,000 calls from the keyboard, and holds few rows at a time', async () => {
    const opened = await pages.open('?past=0&deep=100000#/trail');
    const { page, wrong } = opened;
    await page.getByText('100,000 calls', { exact: true }).waitFor();
    const rows = grid(opened).getByRole('row');
    const active = (index: number) => page.locator(`.call.active[aria-rowindex="${index + 2}"][data-call]`).waitFor();
    await grid(opened).focus();
    const most: number[] = [];
    for (const [key, index] of [['Home', 0], ['PageDown', null], ['PageDown', null], ['ArrowDown', null], ['End', 99_999], ['ArrowUp', 99_998], ['PageUp', null], ['Home', 0]] as const) {
      await page.keyboard.press(key);
      if (index === null) await page.locator('.call.active[data-call]').waitFor();
      else await active(index);
      most.push(await rows.count());
    }
    expect(Math.max(...most)).toBeLessThan(80);
    // The oldest call is where the bar ends; it was made first.
    await page.keyboard.press('End');
    await active(99_999);
    expect(await page.locator('.call.active').innerText()).toContain('id 0');
    expect(await grid(opened).getAttribute('aria-rowcount')).toBe('100001');
    // Scrolled by hand to its middle, rows come there too, one under the other.
    await grid(opened).evaluate((element) => (element.scrollTop = element.scrollHeight / 2));
    await grid(opened).locator('[data-call]').nth(20).waitFor();
    const ids = (await grid(opened).locator('[data-call] .tool').allInnerTexts()).map((text) => Number(/id (\d+)/.exec(text)?.[1]));
    expect(ids.every((id, at) => at === 0 || id === (ids[at - 1] ?? 0) - 1)).toBe(true);
    expect(await rows.count()).toBeLessThan(80);
    expect(wrong).toEqual([]);
  });

  it('is filtered as one writes, with completion, and says what is wrong and where', async () => {
    const opened = await pages.open('?past=1#/trail');
    const { page, wrong } = opened;
    await page.getByText('192 calls', { exact: true }).waitFor();
    const field = filter(opened);
    const list = page.getByRole('listbox', { name: 'What would go well here' });
    await page.keyboard.press('/');
    await page.keyboard.type('sou');
    await list.getByRole('option', { name: /^source:/ }).waitFor();
    await page.keyboard.press('Tab');
    await list.getByRole('option', { name: 'source:support' }).waitFor();
    await page.keyboard.type('su');
    await page.keyboard.press('Enter');
    await page.keyboard.type('outcome:');
    await list.getByRole('option').nth(5).waitFor();
    await page.keyboard.press('Escape');
    await list.getByRole('option').first().waitFor({ state: 'detached' });
    expect(await field.inputValue()).toBe('source:support outcome:');
    await page.getByRole('alert').getByText('Say what outcome should be.').waitFor();
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    expect(await page.locator('.mirror .wrong').innerText()).toBe('outcome:');
    await page.keyboard.type('failed');
    await page.keyboard.press('Enter');
    await page.getByText('8 calls', { exact: true }).waitFor();
    const texts = await grid(opened).getByRole('row').allInnerTexts();
    expect(texts.slice(1).every((text) => text.includes('support.') && text.includes('failed'))).toBe(true);
    await page.getByRole('button', { name: 'Take out source:support' }).click();
    expect(await field.inputValue()).toBe('outcome:failed');
    await field.fill('no such thing');
    await page.getByText('No call is like that').waitFor();
    await page.getByRole('button', { name: 'Show all calls' }).click();
    await page.getByText('192 calls', { exact: true }).waitFor();
    expect(await field.inputValue()).toBe('');
    expect(wrong).toEqual([]);
  });

  it('is filtered by counts and dates, and filters are saved, deleted and brought back', async () => {
    const opened = await pages.open('?past=1#/trail');
    const { page, wrong } = opened;
    const facet = page.getByRole('group', { name: 'Source' }).getByRole('button', { name: /^billing 56/ });
    await facet.click();
    await page.getByText('56 calls', { exact: true }).waitFor();
    expect(await filter(opened).inputValue()).toBe('source:billing');
    await page.getByRole('button', { name: 'Any time' }).click();
    await page.getByRole('button', { name: '24 hours' }).click();
    expect(await filter(opened).inputValue()).toBe('source:billing since:24h');
    await page.getByRole('button', { name: 'Saved' }).click();
    await page.getByRole('textbox', { name: 'Name for this filter' }).fill('Invoices today');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Delete Invoices today' }).click();
    await page.getByText('The filter “Invoices today” is deleted.').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: 'Saved' }).click();
    await page.getByRole('button', { name: 'Rename Invoices today' }).waitFor();
    expect(wrong).toEqual([]);
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
    const before = await first.getAttribute('data-call');
    const waiting = page.getByRole('button', { name: /^\d+ new$/ });
    await waiting.waitFor();
    expect(await first.getAttribute('data-call')).toBe(before);
    await waiting.click();
    expect(await first.getAttribute('data-call')).not.toBe(before);
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
    await page.getByText('16 calls', { exact: true }).waitFor();
    await grid(opened).getByRole('row', { name: /waiting|running/ }).first().waitFor({ state: 'detached' });
    expect(await page.getByRole('button', { name: /new$/ }).count()).toBe(0);
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
    await broken.page.getByRole('button', { name: 'Open entry 17' }).first().click();
    await broken.page.getByRole('dialog', { name: 'Entry 17' }).getByRole('button', { name: 'Prove' }).waitFor();
    await broken.page.keyboard.press('Escape');
    await broken.page.getByRole('row', { name: /Tree of entries altered Open entry 17 The entry’s bytes/ }).waitFor();
    expect([...sound.wrong, ...broken.wrong]).toEqual([]);
  });

  it('stops verifying when asked, and says that it then says nothing', async () => {
    const { page, wrong } = await pages.open('?past=1&speed=0.4#/trail');
    await page.getByRole('button', { name: 'Verify', exact: true }).click();
    await page.getByText(/entries\/s/).waitFor();
    await page.getByRole('button', { name: 'Stop verifying' }).click();
    await page.getByText(/Verification stopped at \d+ of 889/).waitFor();
    await page.getByRole('button', { name: 'Verify', exact: true }).waitFor();
    expect(wrong).toEqual([]);
  });

  it('shows by answer what it drew on, and its overview filters the calls', async () => {
    const opened = await pages.open('?past=1#/trail/answers');
    const { page, wrong } = opened;
    await page.getByRole('option', { name: /overdue/ }).first().click();
    await page.getByRole('group', { name: 'What the answer drew on' }).waitFor();
    await page.getByRole('row', { name: /^restricted people.find_employees/ }).waitFor();
    await page.getByRole('button', { name: /^Source billing, 7 calls/ }).click();
    await page.getByText('7 calls', { exact: true }).waitFor();
    expect(await filter(opened).inputValue()).toMatch(/^turn:turn_\S+ source:billing$/);
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByRole('radio', { name: 'Overview' }).check();
    await page.getByRole('table', { name: 'How long calls of each tool take' }).getByRole('button', { name: 'people.get_salary' }).click();
    await page.getByText('32 calls', { exact: true }).waitFor();
    expect(await filter(opened).inputValue()).toBe('tool:people.get_salary');
    await page.getByRole('radio', { name: 'Overview' }).check();
    await page.getByRole('table', { name: 'By model' }).getByRole('row', { name: /cloud 36 552,000 27,600 \$2\.07/ }).waitFor();
    expect(await page.getByRole('table', { name: 'By day' }).getByRole('row', { name: / 12 184,000 9,200 \$0\.6900/ }).count()).toBe(3);
    await page.getByRole('button', { name: /\d+ restricted, 0 did not return/ }).last().press('Enter');
    await page.waitForURL(/#\/trail$/);
    expect(await filter(opened).inputValue()).toMatch(/^tool:people.get_salary on:\d{4}-\d\d-\d\d$/);
    expect(wrong).toEqual([]);
  });
});

it('axe finds nothing in the trail, in light or dark', async () => {
  const opened = await pages.open('?past=1&speed=20&damaged=1#/trail');
  const { page } = opened;
  await grid(opened).getByRole('row').nth(3).click();
  await pane(opened).getByText('Entries in the trail').waitFor();
  await page.getByRole('button', { name: 'Verify', exact: true }).click();
  await page.getByText('does not verify: 3').first().waitFor();
  await filter(opened).fill('source:crm outcom:failed');
  await page.getByText('There is no field').waitFor();
  expect(await axe(page)).toEqual([]);
  await page.getByRole('button', { name: 'Any time' }).click();
  expect(await axe(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('radio', { name: 'Answers' }).check();
  await page.getByRole('option').nth(1).click();
  await page.getByRole('heading', { name: 'Drew on' }).waitFor();
  expect(await axe(page)).toEqual([]);
  await page.getByRole('radio', { name: 'Overview' }).check();
  await page.getByRole('heading', { name: 'Slowest tools' }).waitFor();
  expect(await axe(page)).toEqual([]);
  const empty = await pages.open('?past=0#/trail');
  await empty.page.getByText('No calls yet').waitFor();
  expect(await axe(empty.page)).toEqual([]);
});

it.each([{ width: 1000 }, { width: 700 }])('nothing of the trail runs out of the window at $width', async ({ width }) => {
  const { page } = await pages.open('?past=1&anchored=1#/trail', { width });
  for (const view of ['Calls', 'Answers', 'Overview', 'Care', 'Anchors']) {
    await page.getByRole('radio', { name: view }).check();
    await page.getByText('Reading the record…').first().waitFor({ state: 'detached' });
    const over = await page.evaluate(() => {
      const main = document.querySelector('main');
      return [document.documentElement, main].map((element) => (element ? element.scrollWidth - element.clientWidth : 0));
    });
    expect([view, ...over]).toEqual([view, 0, 0]);
  }
});
