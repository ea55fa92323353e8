import { describe, expect, it } from 'vitest';

import { axe, usePages } from './browser';

const pages = usePages();

const ASK = 'Which customers in the North have overdue invoices?';

describe('labels', () => {
  it('say what they are made of, lead to the place, and take a false alarm and its undoing', async () => {
    const { page, wrong } = await pages.open('?speed=40&past=0');
    await page.getByRole('textbox', { name: 'Question' }).fill(ASK);
    await page.keyboard.press('Enter');
    const foot = page.locator('article.turn footer');
    await foot.getByText(/from 4 sources|from 3 sources/).waitFor();
    const row = page.getByRole('button', { name: /crm\.list_contacts/ }).first();
    if ((await row.count()) === 0) await page.getByRole('button', { name: /Show|more|all/ }).first().click();
    await row.click();
    const pane = page.getByRole('complementary', { name: 'crm.list_contacts' });
    await pane.getByText(/by source and tool; detected: 1 email/).first().waitFor();
    await pane.getByRole('button', { name: 'result /items/0/email', exact: true }).click();
    await pane.locator('[aria-current="location"]').getByText('tove@fenland.example').waitFor();
    expect(await axe(page)).toEqual([]);
    await pane.getByRole('button', { name: 'email at result /items/0/email is a false alarm' }).click();
    const dialog = page.getByRole('dialog', { name: 'A false alarm' });
    await dialog.getByLabel('Reason').fill('A shared mailbox');
    await dialog.getByRole('button', { name: 'It is a false alarm' }).click();
    await pane.getByText('Called a false alarm: email at /items/*/email').waitFor();
    await pane.getByRole('button', { name: 'Raise email at result /items/0/email again' }).click();
    await page.getByRole('dialog', { name: 'Raise it again' }).getByLabel('Reason').fill('It is a person’s');
    await page.getByRole('button', { name: 'Raise it again', exact: true }).click();
    await pane.getByText('Raised again: email at /items/*/email').waitFor();
    expect(wrong).toEqual([]);
  });

  it('of a conversation fall by a person’s word, with a reason', async () => {
    const { page, wrong } = await pages.open('?speed=40&past=0');
    await page.getByRole('textbox', { name: 'Question' }).fill(ASK);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Copy answer' }).waitFor();
    const chip = page.getByTitle('The highest label of anything in this conversation');
    await chip.getByText('restricted').waitFor();
    await chip.click();
    const dialog = page.getByRole('dialog', { name: 'The label of this conversation' });
    await dialog.getByLabel('Lower it to').selectOption('internal');
    expect(await dialog.getByRole('button', { name: 'Lower it' }).isDisabled()).toBe(true);
    await dialog.getByLabel('Reason').fill('Looked through by hand');
    expect(await axe(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Lower it' }).click();
    await chip.getByText('internal').waitFor();
    expect(wrong).toEqual([]);
  });

  it('come from patterns and lists of one’s own too, which are tried as they are typed', async () => {
    const { page, wrong } = await pages.open('?past=0&speed=20#/settings');
    const part = page.getByRole('region', { name: 'Detection' });
    await part.getByLabel('Try it').fill('Write to ann@example.com about KD-104233');
    await part.locator('mark').getByText('ann@example.com').waitFor();
    expect(await part.locator('mark').count()).toBe(1);
    await part.getByRole('button', { name: 'A pattern' }).click();
    await part.getByLabel('Kind').fill('customer_no');
    await part.getByLabel('Regular expression').fill('KD-[0-9]{6}');
    await part.locator('mark').getByText('KD-104233').waitFor();
    expect(await axe(page)).toEqual([]);
    await part.getByRole('button', { name: 'Save' }).click();
    await part.getByText('It counts from the next question on.').waitFor();
    await part.getByLabel('What is above a model’s clearance').selectOption('block');
    await part.getByText('is kept from the model as a whole').waitFor();
    expect(wrong).toEqual([]);
  });
});
