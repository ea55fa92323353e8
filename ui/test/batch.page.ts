import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';

import { axe, type Look, type Opened, usePages } from './browser';

const pages = usePages();

const WAITS = 'Set Copperline Foods to high, and tell me what they owe.';
const EARLY = 'List one contact of each customer.';
const RETRY = 'Have the payments of Aldergate and Bramble arrived?';
const HOLD = 'Does every invoice agree with its payments?';

/** No person's keys are taken so soon after a sheet took the composer's place. */
const DEAF_MS = 800;

const answered = (page: Page, turns = 1) => page.locator('article.turn footer .cost').nth(turns - 1).waitFor();
const row = (page: Page, handle: string) => page.locator('.batch > ol > li').filter({ has: page.getByText(handle, { exact: true }) });

async function asking(question: string, query: string, look: Look = {}): Promise<Opened> {
  const opened = await pages.open(query, look);
  await opened.page.getByRole('textbox', { name: 'Question' }).fill(question);
  await opened.page.keyboard.press('Enter');
  return opened;
}

/** Goes through the approval sheet of the question whose calls fail, and waits for the answer. */
async function failing(query: string): Promise<Opened> {
  const opened = await asking(RETRY, query);
  await opened.page.getByRole('group', { name: '1 call asks before it runs' }).waitFor();
  await opened.page.waitForTimeout(DEAF_MS);
  await opened.page.keyboard.press('1');
  await opened.page.keyboard.press('Enter');
  await answered(opened.page);
  return opened;
}

describe('a batch while it runs', () => {
  it('says of each waiting call whom it waits for and why', async () => {
    const { page, wrong } = await asking(WAITS, '?past=0&speed=0.2');
    // All at once: each stands there only for as long as its call waits for that. How long is left is told by a clock
    // that no test waits for: the words for that are held apart.
    const said = [
      'waits for c1, both touch /crm/customers/1187',
      'same request as c1',
      'billing has 4 calls under way',
      /20 requests a second/,
      /second attempt/,
      '128 calls under way in all',
      /billing asked to wait/,
    ].map((words) => page.locator('.batch').getByText(words).waitFor());
    await Promise.all(said);
    expect(wrong).toEqual([]);
  });

  it('pauses and resumes the source that a call waits for, from its row and from the palette', async () => {
    const { page, wrong } = await asking(WAITS, '?past=0&paused=billing');
    await row(page, 'c4').getByText('billing is paused by you').waitFor();
    await row(page, 'c4').getByRole('button', { name: /^More for billing.list_invoices/ }).click();
    expect(await page.getByRole('menuitem').allInnerTexts()).toEqual(['Resume billing', 'Show billing']);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await answered(page);
    await page.keyboard.press('Control+k');
    await page.keyboard.type('pause billing');
    await page.keyboard.press('Enter');
    await page.evaluate(() => (location.hash = '#/sources'));
    await page.getByRole('row', { name: /^billing/ }).getByText('paused by you').waitFor();
    expect(wrong).toEqual([]);
  });

  it('cancels one call that waits, then the rest of the batch', async () => {
    const { page, wrong } = await asking(WAITS, '?past=0&speed=0.3');
    await page.getByRole('button', { name: /^Cancel billing.list_payments/ }).click();
    await row(page, 'c5').getByText('cancelled').waitFor();
    await page.getByRole('button', { name: 'Cancel the batch' }).click();
    await page.getByText('calls were cancelled, all for this reason:').waitFor();
    await page.getByText('A person stopped the batch.').waitFor();
    expect(wrong).toEqual([]);
  });

  it('shows what started early against what the model was still writing', async () => {
    const { page, wrong } = await asking(EARLY, '?past=0&speed=0.5');
    await page.getByText('the model writes…').waitFor();
    await page.getByText('the model wrote', { exact: true }).waitFor();
    await answered(page);
    await page.getByText(/saved by early start/).waitFor();
    const edge = async (selector: string, side: 'x' | 'right') =>
      page.locator(selector).first().evaluate((element, which) => element.getBoundingClientRect()[which as 'x'], side);
    // The first call began, and ended, left of where the message did.
    expect(await edge('.batch .answer', 'x')).toBeLessThan(await edge('.batch .model .line span', 'right'));
    expect(wrong).toEqual([]);
  });
});

describe('a batch that ended', () => {
  it('tells on its bars what happened in time, by pointing and by keyboard', async () => {
    const { page, wrong } = await asking(WAITS, '?past=0&speed=4');
    await answered(page);
    expect(await page.locator('.batch header').innerText()).toMatch(/8 calls · 3 sources[\s\S]* · 8 requests/);
    await row(page, 'c6').locator('.track').hover();
    const tip = page.getByRole('tooltip');
    await tip.waitFor();
    expect(await tip.innerText()).toMatch(/attempt 1: support answered 503[\s\S]*waited before the second attempt[\s\S]*waiting for the answer/);
    await tip.hover();
    expect(await tip.isVisible()).toBe(true);
    await page.mouse.move(5, 5);
    await tip.waitFor({ state: 'detached' });
    await row(page, 'c1').locator('.open').focus();
    for (let times = 0; times < 2; times += 1) await page.keyboard.press('ArrowDown');
    expect(await tip.innerText()).toContain('same request as c1; nothing was sent');
    await page.keyboard.press('Escape');
    await tip.waitFor({ state: 'detached' });
    await page.keyboard.press('Enter');
    await page.getByRole('complementary').getByText('nothing was sent for this one').waitFor();
    expect(wrong).toEqual([]);
  });

  it('shows where the time of a call went', async () => {
    const { page } = await asking(EARLY, '?past=0&speed=20');
    await answered(page);
    await row(page, 'c1').locator('.open').click();
    const timing = page.getByRole('table', { name: 'Where the time of the last attempt went' });
    await timing.waitFor();
    expect(await timing.innerText()).toMatch(/DNS[\s\S]*1\.8 ms[\s\S]*TLS[\s\S]*2\.4 ms[\s\S]*carrying it over/);
    await row(page, 'c2').locator('.open').click();
    await page.getByText('Over a connection that was open already.').waitFor();
  });

  it('is made again in part, and the model goes on with it', async () => {
    const { page, wrong } = await failing('?past=0&speed=4');
    await page.getByRole('button', { name: 'Retry billing.list_payments customer 1102', exact: true }).click();
    const again = page.getByRole('region', { name: 'Made again by you' });
    await again.getByText('in place of c2').waitFor();
    // What is written twice is not the same as once: that is asked first.
    await page.getByRole('button', { name: /^Retry support.add_note .*arrived\.$/ }).click();
    const dialog = page.getByRole('dialog', { name: 'Make c3 again?' });
    await dialog.getByText('may have reached its source').waitFor();
    await dialog.getByRole('button', { name: 'Leave it' }).click();
    expect(await again.getByRole('listitem').count()).toBe(1);
    await page.getByRole('button', { name: /^Retry support.add_note .* with other arguments$/ }).click();
    await dialog.getByLabel('As they will be sent').fill('{"id": 4711}');
    await dialog.getByText('text is missing.').waitFor();
    expect(await dialog.getByRole('button', { name: 'Send it again' }).isDisabled()).toBe(true);
    await dialog.getByLabel('As they will be sent').fill('{"id": 4711, "text": "Arrived on Monday."}');
    await dialog.getByText('They fit the tool.').waitFor();
    await dialog.getByRole('button', { name: 'Send it again' }).click();
    await again.getByText('in place of c3').waitFor();
    expect(await again.getByText('arguments changed').count()).toBe(1);
    await again.getByRole('button', { name: 'Go on with it' }).first().click();
    const field = page.getByRole('textbox', { name: 'Question' });
    expect(await field.inputValue()).toBe('I made call c2 (billing.list_payments) again as c4, and it returned. Please go on with its result.');
    await page.keyboard.press('Enter');
    await answered(page, 2);
    expect(wrong).toEqual([]);
  });
});

describe('arguments', () => {
  it('are changed before a call runs, checked as one types, the model’s beside them', async () => {
    const { page, wrong } = await asking(RETRY, '?past=0&speed=4');
    const sheet = page.getByRole('group', { name: '1 call asks before it runs' });
    await sheet.waitFor();
    await page.waitForTimeout(DEAF_MS);
    await page.keyboard.press('e');
    const field = sheet.getByLabel('As they will be sent');
    expect(await field.evaluate((element) => element === document.activeElement)).toBe(true);
    await field.fill('{"id": "seven", "text": "Arrived."}');
    await sheet.getByText('id is no integer.').waitFor();
    expect(await sheet.getByRole('region', { name: 'As the model wrote them' }).innerText()).toContain('Payment has arrived.');
    await page.keyboard.press('Escape');
    await page.keyboard.press('1');
    await sheet.getByText('Its arguments do not fit its tool.').waitFor();
    expect(await sheet.getByRole('button', { name: 'Submit' }).isDisabled()).toBe(true);
    await sheet.getByRole('button', { name: 'Reset' }).click();
    await sheet.getByText('Unchanged.').waitFor();
    await field.fill('{"id": 4711, "text": "Arrived."}');
    await sheet.getByRole('button', { name: 'Submit: allow 1 (1 changed), refuse 0' }).click();
    await answered(page);
    await row(page, 'c3').getByText('changed by you').waitFor();
    await row(page, 'c3').locator('.open').click();
    const pane = page.getByRole('complementary');
    await pane.getByText('Approved by a person, with other arguments').waitFor();
    await pane.getByRole('heading', { name: 'Arguments, changed by a person' }).waitFor();
    expect(wrong).toEqual([]);
  });
});

describe('too many calls in one message', () => {
  it('are held, counted by tool, and refused with a reason from the keyboard', async () => {
    const { page, wrong } = await asking(HOLD, '?past=0&speed=4');
    const sheet = page.getByRole('group', { name: '800 calls in one message, you allow 128' });
    await sheet.waitFor();
    expect(await sheet.getByRole('row', { name: /billing.get_invoice/ }).innerText()).toContain('600');
    await page.waitForTimeout(DEAF_MS);
    await page.keyboard.press('ArrowDown');
    await sheet.getByRole('button', { name: 'Run 800 calls' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.type('Only those of November.');
    await page.keyboard.press('Enter');
    await page.getByText('calls were refused, all for this reason:').waitFor();
    await page.getByText(/and the person refused: Only those of November/).waitFor();
    await answered(page);
    await page.getByRole('button', { name: 'Show all 800 calls' }).click();
    expect(await page.locator('.batch li').count()).toBe(200);
    await page.getByRole('button', { name: 'Show 200 more' }).click();
    expect(await page.locator('.batch li').count()).toBe(400);
    expect(wrong).toEqual([]);
  });

  it('run when a person lets them go', async () => {
    const { page, wrong } = await asking(HOLD, '?past=0&speed=20');
    await page.getByRole('group', { name: /800 calls in one message/ }).waitFor();
    await page.waitForTimeout(DEAF_MS);
    await page.keyboard.press('1');
    await page.keyboard.press('Enter');
    await answered(page);
    await page.getByText(/one after another .* · 800 requests/).waitFor();
    expect(wrong).toEqual([]);
  });
});

describe('how a conversation’s calls run', () => {
  it('is chosen in the composer, kept, and told', async () => {
    const { page, wrong } = await pages.open('?past=0&speed=20');
    await page.getByRole('button', { name: 'calls as set' }).click();
    const ways = page.getByRole('group', { name: 'How this conversation’s calls run' });
    await ways.getByRole('radiogroup', { name: 'One call at a time' }).getByText('on', { exact: true }).click();
    await ways.getByRole('radiogroup', { name: 'Start reads early' }).getByText('off', { exact: true }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'one at a time · no early start' }).waitFor();
    await page.getByRole('textbox', { name: 'Question' }).fill('What does the support team earn on average?');
    await page.keyboard.press('Enter');
    await answered(page);
    await row(page, 'c2').locator('.track').hover();
    expect(await page.getByRole('tooltip').innerText()).toContain('waited its turn after c1');
    expect(await page.getByText(/saved by early start/).count()).toBe(0);
    await page.getByRole('button', { name: 'New', exact: true }).click();
    await page.getByRole('button', { name: 'calls as set' }).waitFor();
    expect(wrong).toEqual([]);
  });
});

describe('axe finds nothing, in light or dark,', () => {
  it('in a batch that waits, its menu and its words', async () => {
    const { page } = await asking(WAITS, '?past=0&paused=billing');
    await row(page, 'c4').getByText('billing is paused by you').waitFor();
    await page.waitForTimeout(1500);
    await row(page, 'c4').getByRole('button', { name: /^More for/ }).click();
    expect(await axe(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await row(page, 'c5').locator('.open').focus();
    await page.keyboard.press('ArrowDown');
    await page.getByRole('tooltip').waitFor();
    expect(await axe(page)).toEqual([]);
  });

  it('in calls to be made again, and the arguments for it', async () => {
    const { page } = await failing('?past=0&speed=10');
    await page.getByRole('button', { name: 'Retry billing.list_payments customer 1102', exact: true }).click();
    await page.getByRole('button', { name: 'Go on with it' }).waitFor();
    expect(await axe(page)).toEqual([]);
    await page.getByRole('button', { name: /^Retry support.add_note .* with other arguments$/ }).click();
    await page.getByLabel('As they will be sent').fill('{');
    await page.getByText('This is not JSON').waitFor();
    expect(await axe(page)).toEqual([]);
  });

  it('on a held batch, a changed call, and the composer’s menu', async () => {
    const held = await asking(HOLD, '?past=0&speed=20');
    await held.page.getByRole('group', { name: /800 calls in one message/ }).waitFor();
    await held.page.waitForTimeout(DEAF_MS);
    await held.page.keyboard.press('2');
    expect(await axe(held.page)).toEqual([]);
    const { page } = await asking(RETRY, '?past=0&speed=10');
    await page.getByRole('group', { name: /asks before it runs/ }).waitFor();
    await page.waitForTimeout(DEAF_MS);
    await page.keyboard.press('e');
    await page.getByText('Unchanged.').waitFor();
    expect(await axe(page)).toEqual([]);
    await page.getByRole('button', { name: 'Stop the answer' }).click();
    await page.getByRole('button', { name: 'calls as set' }).click();
    expect(await axe(page)).toEqual([]);
  });
});

it.each([{ width: 1000 }, { width: 640 }])('nothing runs out of the window at $width while calls wait', async ({ width }) => {
  const { page, wrong } = await asking(WAITS, '?past=0&paused=billing', { width, height: 700 });
  await row(page, 'c4').getByText('billing is paused by you').waitFor();
  await page.waitForTimeout(1200);
  const over = await page.evaluate(() => {
    const transcript = document.querySelector('.transcript');
    return [document.documentElement, transcript].map((element) => (element ? element.scrollWidth - element.clientWidth : 0));
  });
  expect(over).toEqual([0, 0]);
  expect(wrong).toEqual([]);
});
