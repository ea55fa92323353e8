import { describe, expect, it } from 'vitest';

import { axe, usePages } from './browser';

const pages = usePages();

describe('what went to the model', () => {
  it('stands beside an answer with what it cost, as it was on the wire', async () => {
    const { page, wrong } = await pages.open('?speed=40&past=0');
    await page.getByRole('textbox', { name: 'Question' }).fill('What does the support team earn on average?');
    await page.keyboard.press('Enter');
    const foot = page.locator('article.turn footer');
    await foot.getByText(/in · [\d,]+ out · \$0\.\d{4} ·/).waitFor();
    await page.getByTitle('Tokens and cost of this conversation').getByText(/ out · \$0\.\d{4}$/).waitFor();
    await foot.getByRole('button', { name: 'Wire' }).click();
    const pane = page.getByRole('complementary', { name: 'Wire' });
    await pane.getByRole('button', { name: /Request 1 asked for calls/ }).click();
    await pane.getByText('POST http://127.0.0.1:40100/v1/chat/completions').waitFor();
    await pane.getByRole('list', { name: 'Request' }).getByText('rehearsal-1').waitFor();
    await pane.getByText(/data: \{"choices"/).first().waitFor();
    await pane.getByRole('button', { name: /^entry \d+$/ }).first().click();
    const entry = page.getByRole('dialog', { name: /^Entry \d+$/ });
    await entry.getByText(/^leaf [0-9a-f]{64}$/).waitFor();
    expect(await axe(page)).toEqual([]);
    await page.keyboard.press('Escape');
    expect(await pane.count(), 'the dialog alone was closed').toBe(1);
    await page.keyboard.press('Escape');
    expect(await pane.count()).toBe(0);
    expect(wrong).toEqual([]);
  });

  it('is there for a turn without an answer too, which says that its price is not known', async () => {
    const { page, wrong } = await pages.open('?speed=40&past=0');
    await page.getByRole('textbox', { name: 'Question' }).fill('Refuse my key');
    await page.keyboard.press('Enter');
    await page.getByText(/out · price unknown/).first().waitFor();
    await page.getByRole('button', { name: 'Wire' }).click();
    await page.getByRole('button', { name: /key refused/ }).waitFor();
    expect(wrong).toEqual([]);
  });

  it('is closed in a review', async () => {
    const { page, wrong } = await pages.open('?past=1&many=3#/trail/answers');
    await page.getByRole('region', { name: 'Answers' }).getByText(/overdue|earn|note/).first().click();
    await page.getByText('Wire', { exact: true }).click();
    await page.getByRole('button', { name: /Request 1/ }).click();
    await page.getByRole('list', { name: 'Request' }).waitFor();
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Review this workspace' }).click();
    await page.getByText('Answer closed while you review.').waitFor();
    await page.getByText('Wire', { exact: true }).click();
    await page.getByRole('button', { name: /Request 1/ }).click();
    await page.getByText('Request: closed while you review.').waitFor();
    expect(wrong).toEqual([]);
  });
});

describe('what went to the model in a bundle', () => {
  const wire = async (path: string) => {
    const { page, wrong } = await pages.open('?past=1&many=3#/trail');
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Open an evidence bundle…' }).click();
    await page.getByRole('textbox', { name: 'Path' }).fill(path);
    await page.getByRole('button', { name: 'Verify and open' }).click();
    await page.getByText('Wire', { exact: true }).click();
    await page.getByRole('button', { name: /Request 1/ }).click();
    return { page, wrong };
  };

  it('is read from it, and its entries are, which nothing here can prove', async () => {
    const { page, wrong } = await wire('/tmp/e.tieout');
    await page.getByRole('list', { name: 'Request' }).waitFor();
    await page.getByRole('button', { name: /^entry \d+$/ }).first().click();
    const entry = page.getByRole('dialog', { name: /^Entry \d+$/ });
    await entry.getByRole('button', { name: 'Copy entry' }).waitFor();
    expect(await entry.getByRole('button', { name: 'Prove' }).count()).toBe(0);
    expect(wrong).toEqual([]);
  });

  it('says what a bundle without payloads leaves out', async () => {
    const { page, wrong } = await wire('/tmp/bare.tieout');
    await page.getByText('Request: the bundle does not hold it').waitFor();
    await page.getByText('Response: the bundle does not hold it').waitFor();
    await page.getByRole('heading', { name: 'Question left out of the bundle' }).waitFor();
    expect(await axe(page)).toEqual([]);
    expect(wrong).toEqual([]);
  });
});

it('a model that is waited for says why and how long, second by second, and what was shortened', async () => {
  const { page, wrong } = await pages.open('?past=0');
  await page.getByRole('textbox', { name: 'Question' }).fill('What if the provider is busy?');
  await page.keyboard.press('Enter');
  const left = page.getByText(/takes no more requests at the moment\. Asked again in \d/);
  await left.waitFor();
  const seen = new Set<string>();
  await expect.poll(async () => seen.add((await left.textContent({ timeout: 5000 })) ?? '').size, { timeout: 10_000 }).toBeGreaterThan(1);
  await page.getByText('Results of 3 earlier calls were shortened to fit.').waitFor();
  expect(await left.count()).toBe(0);
  await page.locator('article.turn footer .cost').waitFor();
  // Read back from the record it says the same.
  await page.getByRole('button', { name: 'New', exact: true }).click();
  await page.getByRole('navigation', { name: 'Conversations' }).getByRole('link').click();
  await page.getByText('Results of 3 earlier calls were shortened to fit.').waitFor();
  expect(wrong).toEqual([]);
});
