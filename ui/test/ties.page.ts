import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';

import { axe, type Opened, usePages } from './browser';

const pages = usePages();

const answered = (page: Page) => page.locator('article.turn footer .cost').waitFor();
const figure = (page: Page, text: string) => page.locator('.markdown [data-tie]', { hasText: text });
const card = (page: Page) => page.getByRole('tooltip');
const pane = (page: Page, name: string) => page.getByRole('complementary', { name });

async function asked(question: string, query = '?speed=40&past=0', look = {}): Promise<Opened> {
  const opened = await pages.open(query, look);
  await opened.page.getByRole('textbox', { name: 'Question' }).fill(question);
  await opened.page.keyboard.press('Enter');
  await answered(opened.page);
  return opened;
}

const zurich = () => asked('How did Zürich do?');

/** Every figure that is marked, with its status and where it stands. */
function marks(page: Page): Promise<string[]> {
  return page.locator('.markdown [data-tie]').evaluateAll((all) =>
    all.map((one) => {
      const inside = one.closest('strong, em, code, td, li, p');
      const text = one.textContent || one.getAttribute('aria-label')?.split(',')[0];
      return `${text} ${one.getAttribute('data-tie')} ${inside?.tagName.toLowerCase()}`;
    }),
  );
}

describe('figures of an answer', () => {
  it('are marked at their words, behind umlauts and emoji, in emphasis, tables, lists, links and code', async () => {
    const { page, wrong } = await zurich();
    expect(await marks(page)).toEqual([
      '1,204 tied strong',
      '877 tied em',
      '327 tied strong',
      ...['1,204.00', '318', '2026-03-14', '877.00', '204', '2026-05-02', '3,659.40', '742', '2025-11-30'].map((text) => `${text} tied td`),
      '5,740.40 tied strong',
      '6,131.17 untied li',
      '51 possible li',
      '1,204 tied li',
      '877 tied li',
      '337 contradicted li',
      // Its words are a link, which can hold no other control: the mark stands beside them.
      '1043 tied li',
      '1204 tied code',
      '318 tied code',
      '204 tied code',
    ]);
    expect(wrong).toEqual([]);
  });

  it('come without moving a word', async () => {
    const { page } = await zurich();
    const places = () =>
      page.locator('.markdown').evaluate((markdown) => {
        const walker = document.createTreeWalker(markdown, NodeFilter.SHOW_TEXT);
        const found: string[] = [];
        const range = document.createRange();
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
          for (let at = 0; at < (node.textContent ?? '').length; at += 1) {
            range.setStart(node, at);
            range.setEnd(node, at + 1);
            const { left, top } = range.getBoundingClientRect();
            found.push(`${Math.round(left * 4)} ${Math.round(top * 4)}`);
          }
        }
        return found;
      });
    const withMarks = await places();
    await page.locator('.markdown [data-tie] .mark').evaluateAll((all) => all.forEach((one) => one.remove()));
    expect(await places()).toEqual(withMarks);
  });

  it('have no marks while the answer still arrives', async () => {
    const { page } = await pages.open('?speed=0.5&past=0');
    await page.getByRole('textbox', { name: 'Question' }).fill('How did Zürich do?');
    await page.keyboard.press('Enter');
    await page.locator('.markdown', { hasText: 'a difference of' }).waitFor();
    expect(await page.locator('[data-tie]').count()).toBe(0);
    await answered(page);
    expect(await page.locator('[data-tie]').count()).toBeGreaterThan(10);
  });
});

describe('the card of a figure', () => {
  it('says where it comes from, with its row and how it was computed', async () => {
    const { page, wrong } = await zurich();
    await figure(page, '327').hover();
    await expect(card(page).innerText()).resolves.toMatch(/327\s+tied[\s\S]*Computed: 1,204 − 877 = 327[\s\S]*billing\.list_payments customer 1043[\s\S]*\/items\/0\/revenue/);
    await card(page).getByText('row 1 of 3 in items').waitFor();
    expect(await card(page).locator('.here').innerText()).toMatch(/revenue\s+1204/);
    expect(await card(page).innerText()).toContain('Zürich');
    // Who moves on to the card keeps it.
    await card(page).hover();
    await page.waitForTimeout(400);
    expect(await card(page).isVisible()).toBe(true);
    await page.mouse.move(2, 2);
    await card(page).waitFor({ state: 'detached' });
    await figure(page, '337').hover();
    await card(page).getByText(/Contradicted: .* 1,204 − 877 = 327/).waitFor();
    await figure(page, '51').hover();
    await card(page).getByText(/\d+ of 24 random numbers fit too: it may be chance\./).waitFor();
    await figure(page, '6,131.17').hover();
    await card(page).getByText('Untied: no result that the model was shown supports it.').waitFor();
    expect(wrong).toEqual([]);
  });

  it('says that the model cites it, and stays in the window', async () => {
    const { page } = await asked('How did Zürich do?', '?speed=40&past=0', { width: 520, height: 460 });
    for (const one of await page.locator('.markdown [data-tie]').all()) {
      await one.focus();
      const box = await card(page).boundingBox();
      const at = await one.boundingBox();
      expect(box && at && (box.y >= at.y + at.height - 1 || box.y + box.height <= at.y + 1), `${JSON.stringify(box)} ${JSON.stringify(at)}`).toBe(true);
      expect(box && box.x >= 0 && box.y >= 0 && box.x + box.width <= 520 && box.y + box.height <= 460, JSON.stringify(box)).toBe(true);
    }
    await figure(page, '1,204').first().focus();
    await card(page).getByText('The model cites c1 for it, where it stands.').waitFor();
  });
});

describe('from the keyboard', () => {
  it('j and k walk from figure to figure, Enter shows the place, Escape closes first the card, then the pane', async () => {
    const { page, wrong } = await zurich();
    await page.getByRole('region', { name: 'Transcript' }).focus();
    await page.keyboard.press('j');
    expect(await page.locator(':focus').innerText()).toBe('1,204');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    expect(await page.locator(':focus').innerText()).toBe('327');
    await card(page).getByText('Computed: 1,204 − 877 = 327').waitFor();
    expect(await page.locator(':focus').getAttribute('aria-describedby')).toBe(await card(page).getAttribute('id'));
    await page.keyboard.press('k');
    expect(await page.locator(':focus').innerText()).toBe('877');
    await page.keyboard.press('Enter');
    await pane(page, 'billing.list_payments').waitFor();
    await card(page).waitFor({ state: 'detached' });
    await page.keyboard.press('j');
    await card(page).waitFor();
    await page.keyboard.press('Escape');
    await card(page).waitFor({ state: 'detached' });
    expect(await pane(page, 'billing.list_payments').isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    await pane(page, 'billing.list_payments').waitFor({ state: 'detached' });
    // One figure of an answer is a stop of the Tab key: the one that was walked to.
    expect(await page.locator('.markdown [data-tie][tabindex="0"]').count()).toBe(1);
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).getByText('Next figure of an answer').waitFor();
    expect(wrong).toEqual([]);
  });
});

describe('the pane of a figure', () => {
  it('shows its place in the result, and each place it was computed from', async () => {
    const { page, wrong } = await zurich();
    await figure(page, '327').click();
    const trace = pane(page, 'billing.list_payments');
    await trace.locator('[aria-current="location"]', { hasText: 'revenue 1204' }).waitFor();
    const places = trace.getByRole('list', { name: 'Places' });
    expect(await places.getByRole('listitem').count()).toBe(2);
    await places.getByRole('button').nth(1).click();
    await trace.locator('[aria-current="location"]', { hasText: 'revenue 877' }).waitFor();
    expect(await trace.locator('.place').innerText()).toContain('/items/1/revenue');
    expect(await trace.getByRole('link', { name: 'Open in trail' }).getAttribute('href')).toMatch(/^#\/trail\/call\/call_/);
    await trace.getByRole('button', { name: 'Prove…' }).click();
    await trace.getByRole('button', { name: 'Prove', exact: true }).click();
    await trace.getByText(/is in the trail: \d+ hashes/).waitFor();
    await trace.getByRole('button', { name: 'The call in full' }).click();
    const call = pane(page, 'billing.list_payments');
    await call.getByText('Asked for by the model').waitFor();
    // The other way round: what of the result was used, and for what.
    await call.locator('.row', { hasText: 'revenue 1204 used for 1,204, 327, 1,204.00, 5,740.40, 1204' }).waitFor();
    expect(await call.locator('dd', { hasText: /\d+ figures/ }).innerText()).toMatch(/1,204, 877, 327/);
    expect(await call.getByRole('link', { name: /^Answer of/ }).getAttribute('href')).toMatch(/^#\/trail\/answers\/turn_/);
    expect(wrong).toEqual([]);
  });

  it('stays small with a result of ten megabytes, scrolled to the place', async () => {
    const { page, wrong } = await asked('Show me the megabytes of invoices.');
    await figure(page, '2,400.75').click();
    const trace = pane(page, 'billing.list_invoices');
    const place = trace.locator('[aria-current="location"]', { hasText: 'amount 2400.75' });
    await place.waitFor();
    await expect.poll(() => place.evaluate((row) => {
      const [inner, outer] = [row.getBoundingClientRect(), row.closest('.tree')?.getBoundingClientRect()];
      return outer !== undefined && inner.top >= outer.top && inner.bottom <= outer.bottom;
    })).toBe(true);
    expect(await trace.innerText()).toMatch(/1\d\.\d MB/);
    const nodes = () => trace.locator('.tree').evaluate((tree) => tree.querySelectorAll('*').length);
    expect(await nodes()).toBeLessThan(1500);
    await trace.getByRole('searchbox').fill('781999');
    await trace.getByText('1 found').waitFor();
    await page.keyboard.press('Enter');
    await trace.locator('.hit', { hasText: '781999' }).waitFor();
    expect(await nodes()).toBeLessThan(1500);
    expect(wrong).toEqual([]);
  });
});

describe('the foot of an answer', () => {
  it('counts its figures, and leads to those that are not tied', async () => {
    const { page, wrong } = await zurich();
    const foot = page.locator('article.turn footer');
    expect(await foot.locator('.counts').innerText()).toBe('19 figures tied, 1 contradicted, 1 untied, 1 possible');
    await foot.getByRole('button', { name: '1 untied' }).click();
    expect(await page.locator(':focus').innerText()).toBe('6,131.17');
    expect(await foot.locator('.contradicted', { hasText: 'does not come out' }).innerText()).toContain('1,204 − 877 = 327');
    expect(wrong).toEqual([]);
  });

  it('copies the answer with its sources, and saves it as a document', async () => {
    const { page, wrong } = await zurich();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy with sources' }).click();
    await page.getByText('Copied').first().waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toContain('Zürich 🏔️ led Genève: **1,204[^1]** kCHF');
    expect(copied).toContain('[^1]: It stands in the result. billing.list_payments customer 1043 `/items/0/revenue` = 1204\n');
    expect(copied).toMatch(/6,131\.17\[\^(\d+)\][\s\S]*\[\^\1\]: Untied/);
    await page.getByRole('button', { name: 'Copy as CSV' }).click();
    await page.getByText('Copied').first().waitFor();
    const csv = await page.evaluate(() => navigator.clipboard.readText());
    expect(csv.split('\r\n')[0]).toBe('Region,Revenue,Orders,Opened,Source');
    expect(csv.split('\r\n')[3]).toContain('Revenue: billing.list_payments customer 1043 /items/2/revenue');
    await page.getByRole('button', { name: 'Export the answer' }).click();
    await page.getByRole('menuitem', { name: 'As HTML with footnotes' }).click();
    await page.getByText(/Saved as .*answer-\d+\.html/).waitFor();
    await page.getByRole('button', { name: 'Show in folder' }).click();
    expect(await page.locator('html').getAttribute('data-shown')).toMatch(/\.html$/);
    expect(wrong).toEqual([]);
  });

  it('says quietly of which calls no figure came', async () => {
    const { page } = await zurich();
    const rows = page.getByRole('group', { name: 'Batch of calls' }).locator('ol > li');
    expect(await rows.locator('.unused').count()).toBe(1);
    expect(await rows.filter({ has: page.locator('.unused') }).innerText()).toContain('crm.list_contacts');
    await page.getByText('no figure from 1 call').waitFor();
  });
});

describe('a reviewer', () => {
  it('begins with what is contradicted and untied, and sees what the answer drew on', async () => {
    const { page, wrong } = await zurich();
    await page.evaluate(() => (location.hash = '#/trail/answers'));
    await page.getByRole('option', { name: /How did Zürich do/ }).click();
    const first = page.getByRole('region', { name: 'Look at first' });
    expect(await first.locator('.status').allInnerTexts()).toEqual(['contradicted', 'untied', 'possible']);
    expect(await first.innerText()).toContain('the plan was 6,131.17');
    const graph = page.getByRole('group', { name: 'What the answer drew on' });
    await graph.getByRole('button', { name: /^billing\.list_payments customer 1043, \d+ figures, confidential/ }).waitFor();
    expect(await graph.locator('path.strong').count()).toBeGreaterThan(0);
    await figure(page, '5,740.40').click();
    await pane(page, 'billing.list_payments').getByRole('list', { name: 'Places' }).waitFor();
    expect(await axe(page)).toEqual([]);
    expect(wrong).toEqual([]);
  });
});

it('the overview tells week by week how the answers of each model tied out', async () => {
  const { page, wrong } = await zurich();
  await page.evaluate(() => (location.hash = '#/trail/overview'));
  const table = page.getByRole('table', { name: 'Figures of answers by week and model' });
  await expect(table.locator('tbody tr').innerText()).resolves.toMatch(/Rehearsal model \(no AI\)\s+1\s+19\s+1\s+1\s+1\s+9\.1 %/);
  expect(await axe(page)).toEqual([]);
  expect(wrong).toEqual([]);
});

describe('axe finds nothing, in light or dark,', () => {
  it('on an answer with marks, its card and its pane, in text of twice the size too', async () => {
    const { page, wrong } = await zurich();
    await figure(page, '327').focus();
    await card(page).getByText('row 1 of 3 in items').waitFor();
    expect(await axe(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await pane(page, 'billing.list_payments').locator('[aria-current="location"]').waitFor();
    expect(await axe(page)).toEqual([]);
    for (let times = 0; times < 7; times += 1) await page.keyboard.press('Control+=');
    await page.keyboard.press('j');
    await card(page).waitFor();
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(over).toBe(0);
    expect(wrong).toEqual([]);
  });
});
