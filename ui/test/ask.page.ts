import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';

import { type Opened, usePages } from './browser';

const pages = usePages();

const QUESTION = 'Which customers in the North region have overdue invoices?';
const question = (page: Page) => page.getByRole('textbox', { name: 'Question' });
const answered = (page: Page, turns = 1) => page.locator('article.turn footer .cost').nth(turns - 1).waitFor();

async function ask(opened: Opened, text: string) {
  await question(opened.page).fill(text);
  await opened.page.keyboard.press('Enter');
}

describe('asking', () => {
  it('shows the calls side by side, then an answer that leads to them', async () => {
    const opened = await pages.open('?speed=4&past=0');
    const { page } = opened;
    await ask(opened, QUESTION);
    await page.getByRole('button', { name: 'Stop', exact: true }).waitFor();
    await answered(page);

    const batch = page.getByRole('group', { name: 'Batch of calls' }).nth(1);
    await expect(batch.locator('header').innerText()).resolves.toMatch(
      /15 calls · 4 sources[\s\S]*one after another · \d+ ms saved by early start[\s\S]*restricted/,
    );
    expect(await batch.locator('ol > li').count()).toBe(15);
    expect(await batch.innerText()).toContain('503 Service Unavailable');
    await batch.getByRole('radio', { name: 'length' }).check();
    expect(await batch.locator('ol > li').first().innerText()).toContain('c4');

    const answer = page.locator('article.turn').last();
    expect(await answer.locator('.markdown').innerText()).toContain('71,126.45 EUR');
    await answer.getByRole('button', { name: /^Result c4:/ }).click();
    const pane = page.getByRole('complementary', { name: 'billing.list_invoices' });
    await pane.getByText('call.sent').click();
    await pane.getByRole('button', { name: 'Prove' }).click();
    await pane.getByText(/is in the trail: \d+ hashes/).waitFor();
    expect(await pane.getByRole('link', { name: 'Open in trail' }).getAttribute('href')).toMatch(/^#\/trail\/call\/call_/);
    await page.keyboard.press('Escape');
    await pane.waitFor({ state: 'detached' });

    await answer.getByRole('button', { name: 'drew on 16 of 16 calls' }).click();
    expect(await answer.locator('footer li').count()).toBe(16);
    expect(opened.wrong).toEqual([]);
    expect(opened.outside).toEqual([]);
  });

  it('reads the same from the record, long batches folded', async () => {
    const opened = await pages.open('?speed=40&past=0');
    const { page } = opened;
    await ask(opened, QUESTION);
    await answered(page);
    const before = await page.locator('article.turn .markdown').innerText();
    await page.evaluate(() => location.hash.split('/').at(-1));
    await page.keyboard.press('Control+n');
    await page.getByText('Ask about your own data.').waitFor();
    await page.getByRole('navigation', { name: 'Conversations' }).getByRole('link').click();
    await answered(page);
    expect(await page.locator('article.turn .markdown').innerText()).toBe(before);

    const past = await pages.open('?past=1');
    await past.page.getByRole('navigation', { name: 'Conversations' }).getByRole('link', { name: /overdue/ }).first().click();
    await past.page.getByRole('button', { name: 'Show all 15 calls' }).click();
    expect(await past.page.getByRole('group', { name: 'Batch of calls' }).nth(1).locator('ol > li').count()).toBe(15);
    expect([...opened.wrong, ...past.wrong]).toEqual([]);
  });

  it('cancels a call that runs, and stops the whole', async () => {
    const opened = await pages.open('?past=0');
    const { page } = opened;
    await ask(opened, 'What does the support team earn? Take it slowly.');
    await page.getByRole('button', { name: /^Cancel people.get_salary id 34/ }).click();
    await page.getByText('cancelled').first().waitFor();
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByText('You stopped it.').waitFor();
    await page.getByRole('button', { name: 'Ask again' }).waitFor();
    expect(opened.wrong).toEqual([]);
  });
});

describe('a conversation', () => {
  it('is still open after a look at another screen; only New begins another', async () => {
    const opened = await pages.open('?speed=40&past=0');
    const { page } = opened;
    await ask(opened, QUESTION);
    await answered(page);
    const screens = page.getByRole('navigation', { name: 'Screens' });
    await screens.getByRole('link', { name: 'Trail' }).click();
    await page.getByRole('heading', { name: 'Trail', level: 1 }).waitFor();
    await screens.getByRole('link', { name: 'Ask' }).click();
    await answered(page);
    await page.getByRole('button', { name: 'New', exact: true }).click();
    await page.getByText('Ask about your own data.').waitFor();
    await screens.getByRole('link', { name: 'Trail' }).click();
    await screens.getByRole('link', { name: 'Ask' }).click();
    await page.getByText('Ask about your own data.').waitFor();
    expect(opened.wrong).toEqual([]);
  });
});

describe('approval', () => {
  it('is answered from the keyboard with one submit, and what is refused sends nothing', async () => {
    const opened = await pages.open('?speed=4&past=0');
    const { page } = opened;
    await ask(opened, 'Put a note on tickets 4711 and 4712, and raise 4711 to high.');
    const sheet = page.getByRole('group', { name: '3 calls ask before they run' });
    await sheet.waitFor();
    expect(await sheet.innerText()).toContain('"text": "The invoice was corrected');
    await page.waitForTimeout(800);
    await page.keyboard.press('1');
    await page.keyboard.press('2');
    await page.keyboard.type('Ticket 4712 is closed.');
    await page.keyboard.press('Enter');
    expect(await sheet.isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('1');
    await sheet.getByRole('button', { name: 'Submit: allow 2, refuse 1' }).waitFor();
    await page.keyboard.press('Enter');
    await answered(page);
    const refused = page.locator('.batch li', { hasText: 'id 4712' });
    expect(await refused.innerText()).toMatch(/refused[\s\S]*Ticket 4712 is closed/);
    await refused.getByRole('button').first().click();
    await page.getByText(/never sent: nothing left this machine/i).waitFor();
    expect(await page.locator('aside').innerText()).not.toContain('call.sent');
    expect(opened.wrong).toEqual([]);
  });

  it('does not take what was being typed for an approval', async () => {
    const opened = await pages.open('?speed=40&past=0');
    // The keys come the moment the sheet does, however slow the machine is.
    await opened.page.evaluate(() => {
      new MutationObserver((_, observer) => {
        const sheet = document.querySelector('.sheet');
        if (!sheet) return;
        observer.disconnect();
        for (const key of ['3', 'Enter']) sheet.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
      }).observe(document.body, { childList: true, subtree: true });
    });
    await ask(opened, 'Put a note on ticket 4711.');
    const sheet = opened.page.getByRole('group', { name: /ask before they run/ });
    await sheet.waitFor();
    expect(await sheet.getByRole('button', { name: 'Submit', exact: true }).isDisabled()).toBe(true);
  });
});

describe('the composer', () => {
  it('completes names, keeps a draft, and edits the last question', async () => {
    const opened = await pages.open('?speed=40&past=0');
    const { page } = opened;
    await question(page).pressSequentially('Look at @crm.get');
    await page.keyboard.press('Enter');
    await expect(question(page).inputValue()).resolves.toBe('Look at crm.get_customer ');
    await page.keyboard.press('Shift+Enter');
    await page.reload();
    await expect(question(page).inputValue()).resolves.toBe('Look at crm.get_customer \n');
    await question(page).fill('What does the support team earn?');
    await page.keyboard.press('Enter');
    await answered(page);
    await question(page).press('ArrowUp');
    await expect(question(page).inputValue()).resolves.toBe('What does the support team earn?');
    expect(opened.wrong).toEqual([]);
  });
});

describe('what stands in the way', () => {
  it('says what to do', async () => {
    const key = await pages.open('?speed=40&past=0');
    await ask(key, 'Refuse my key');
    await key.page.getByRole('alert').getByText(/refused the key\. Put a valid one in Settings/).waitFor();
    const none = await pages.open('?past=0&model=0');
    await none.page.getByText('No model is set up').waitFor();
    const fatal = await pages.open('?fatal=1');
    await fatal.page.getByText('Nothing can be asked until Tieout starts again').waitFor();
    expect(await question(fatal.page).isDisabled()).toBe(true);
    expect([...key.wrong, ...none.wrong, ...fatal.wrong]).toEqual([]);
  });
});

describe('the palette', () => {
  it('finds a conversation and goes there', async () => {
    const { page, wrong } = await pages.open('?past=1');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('conversation support team');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await answered(page);
    expect(page.url()).toMatch(/#\/ask\/conv_/);
    expect(wrong).toEqual([]);
  });
});
