import { describe, expect, it } from 'vitest';

import { axe, type Opened, usePages } from './browser';

const pages = usePages();

const grid = ({ page }: Opened) => page.getByRole('grid', { name: 'Calls, newest first' });
const pane = ({ page }: Opened) => page.getByRole('complementary');
const dialog = ({ page }: Opened, name: string | RegExp) => page.getByRole('dialog', { name });

describe('care', () => {
  it('erases one call with a reason, keeps what is held, and says by which entry it went', async () => {
    const opened = await pages.open('?past=1&speed=20#/trail');
    const { page, wrong } = opened;
    await grid(opened).getByRole('row').nth(4).click();
    await pane(opened).getByRole('button', { name: 'Hold…' }).click();
    await dialog(opened, 'Hold this call').getByRole('textbox', { name: 'Reason' }).fill('Audit');
    await page.keyboard.press('Enter');
    await pane(opened).getByText(/^Held since/).waitFor();
    await pane(opened).getByRole('button', { name: 'Erase payloads…' }).click();
    await dialog(opened, 'Erase payloads').getByText('Nothing would go.').waitFor();
    await dialog(opened, 'Erase payloads').getByText(/3 payloads stay: a hold covers them/).waitFor();
    await page.keyboard.press('Escape');
    await pane(opened).getByRole('button', { name: 'Release…' }).click();
    await dialog(opened, 'Release the hold').getByRole('textbox', { name: 'Reason' }).fill('Over');
    await page.keyboard.press('Enter');
    await pane(opened).getByRole('button', { name: 'Hold…' }).waitFor();
    await pane(opened).getByRole('button', { name: 'Erase payloads…' }).click();
    const erase = dialog(opened, 'Erase payloads');
    await erase.getByText('There is no undo').waitFor();
    await erase.getByText('3 payloads would go').waitFor();
    // No reason, no erasing.
    expect(await erase.getByRole('button', { name: 'Erase 3 payloads' }).isDisabled()).toBe(true);
    await erase.getByRole('textbox', { name: 'Reason' }).fill('Erasure request of 20 November');
    await page.keyboard.press('Enter');
    await dialog(opened, 'Erased').getByText('3 payloads erased').waitFor();
    await dialog(opened, 'Erased').getByRole('button', { name: 'Close' }).last().click();
    await pane(opened).getByText(/^since .*, by entry \d+$/).first().waitFor();
    expect(wrong).toEqual([]);
  });

  it('shows what a person’s words would take away, and wants the number typed when it is much', async () => {
    const opened = await pages.open('?past=1&speed=20#/trail/care');
    const { page, wrong } = opened;
    await page.getByRole('textbox', { name: 'Words' }).fill('overdue');
    await page.getByText(/^168 payloads would go/).waitFor();
    await page.getByRole('button', { name: 'Erase…' }).click();
    const erase = dialog(opened, 'Erase payloads');
    const act = erase.getByRole('button', { name: 'Erase 168 payloads' });
    await erase.getByRole('textbox', { name: 'Reason' }).fill('A request');
    expect(await act.isDisabled()).toBe(true);
    await erase.getByRole('textbox', { name: 'Type 168 to confirm' }).fill('168');
    await act.click();
    await dialog(opened, 'Erased').getByText('168 payloads erased').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('Nothing would go.').first().waitFor();
    expect(wrong).toEqual([]);
  });

  it('says who reviews may not open payloads, and then they can’t', async () => {
    const opened = await pages.open('?past=1&speed=20#/trail/care');
    const { page, wrong } = opened;
    const may = page.getByRole('checkbox', { name: 'Reviewers may open payloads' });
    await expect.poll(() => may.isChecked()).toBe(true);
    await may.click();
    await expect.poll(() => may.isChecked()).toBe(false);
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Review this workspace' }).click();
    await page.evaluate(() => (location.hash = '#/trail'));
    await grid(opened).getByRole('row').nth(4).click();
    await pane(opened).getByRole('button', { name: 'Open payloads: this goes on record' }).click();
    await pane(opened).getByText(/Reviewers may not open payloads/).waitFor();
    expect(wrong).toEqual([]);
  });

  it('lists holds and keeps rules of retention, which can be taken back', async () => {
    const opened = await pages.open('?past=1&speed=20#/trail/care');
    const { page, wrong } = opened;
    await page.getByRole('button', { name: 'Set a hold…' }).click();
    await dialog(opened, 'Set a hold').getByRole('textbox', { name: 'Reason' }).fill('Audit of the third quarter');
    await page.keyboard.press('Enter');
    await page.getByRole('row', { name: /Everything Audit of the third quarter/ }).waitFor();
    await page.getByRole('button', { name: 'Add a rule' }).click();
    await page.getByRole('textbox', { name: 'Days of rule 3' }).fill('none');
    await page.getByText('Write a number of days').waitFor();
    await page.getByRole('textbox', { name: 'Days of rule 3' }).fill('10');
    await page.getByRole('button', { name: 'Save rules' }).click();
    await page.getByText('Retention rules saved.').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('textbox', { name: 'Days of rule 3' }).waitFor({ state: 'detached' });
    expect(wrong).toEqual([]);
  });
});

describe('evidence', () => {
  it('is exported in the sight of what goes into it, and the file is shown', async () => {
    const opened = await pages.open('?past=1&speed=10#/trail');
    const { page, wrong } = opened;
    await page.getByRole('button', { name: 'Export evidence…' }).click();
    const export_ = dialog(opened, 'Export evidence of the whole trail');
    await export_.getByText('889').waitFor();
    await export_.getByText('The file can be read by whoever has it').waitFor();
    const recipient = export_.getByRole('textbox', { name: /Encrypt to/ });
    await recipient.fill('ssh-ed25519 AAAA');
    await export_.getByRole('button', { name: 'Export', exact: true }).click();
    await export_.getByText('A recipient begins with age1.').waitFor();
    await recipient.fill(`age1${'q'.repeat(58)}`);
    await export_.getByRole('checkbox').uncheck();
    await export_.getByText('none; entries alone').waitFor();
    await export_.getByRole('button', { name: 'Export', exact: true }).click();
    const made = dialog(opened, 'Evidence exported');
    await made.getByText(/889 entries and 0 payloads/).waitFor();
    await made.getByText(/\.tieout\.age$/).waitFor();
    await made.getByText(/^[0-9a-f]{64}$/).waitFor();
    await made.getByRole('button', { name: 'Show in folder' }).click();
    await page.waitForFunction(() => document.documentElement.dataset['shown']?.endsWith('.tieout.age'));
    await made.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'Export view…' }).click();
    await dialog(opened, 'Export view').getByRole('radio', { name: /OCSF/ }).check();
    await dialog(opened, 'Export view').getByRole('button', { name: 'Export', exact: true }).click();
    await dialog(opened, 'View exported').getByText(/ocsf\.jsonl$/).waitFor();
    expect(wrong).toEqual([]);
  });

  it('is opened read only, verified first, and left', async () => {
    const opened = await pages.open('?past=1&speed=20&damaged=1#/trail');
    const { page, wrong } = opened;
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Open an evidence bundle…' }).click();
    const path = dialog(opened, 'Open an evidence bundle').getByRole('textbox', { name: 'Path' });
    await path.fill('/tmp/notes.txt');
    await page.keyboard.press('Enter');
    await dialog(opened, 'Open an evidence bundle').getByRole('alert').getByText(/is no evidence bundle/).waitFor();
    // An encrypted one wants an identity, which nobody sees and which is gone when the dialog is.
    await path.fill('/tmp/evidence.tieout.age');
    const identity = dialog(opened, 'Open an evidence bundle').getByLabel('Age identity');
    const submit = dialog(opened, 'Open an evidence bundle').getByRole('button', { name: 'Verify and open' });
    expect([await submit.isDisabled(), await identity.getAttribute('type')]).toEqual([true, 'password']);
    await identity.fill('AGE-SECRET-KEY-1');
    await dialog(opened, 'Open an evidence bundle').getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Open an evidence bundle…' }).click();
    expect(await identity.inputValue()).toBe('');
    await identity.fill('AGE-SECRET-KEY-1');
    await dialog(opened, 'Open an evidence bundle').getByRole('textbox', { name: 'The trail’s key (optional)' }).fill('tieout.example/ws+8a3f01c2+AQ');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Evidence bundle', exact: true }).waitFor();
    await page.getByText('The bundle does not verify: 1 finding').waitFor();
    await page.getByText('Checked against the key that you gave: tieout.example/ws+8a3f01c2+AQ').waitFor();
    await page.getByRole('button', { name: 'Open entry 17' }).click();
    await dialog(opened, 'Entry 17').getByText(/"seq"|seq/).first().waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('radio', { name: /^Calls/ }).check();
    await page.getByRole('region', { name: 'Calls in the bundle' }).getByRole('button').first().click();
    await pane(opened).getByText('Entries in the trail').waitFor();
    expect(await pane(opened).getByRole('button', { name: /Erase|Hold/ }).count()).toBe(0);
    expect(await axe(page)).toEqual([]);
    await page.getByRole('button', { name: 'Leave' }).click();
    await page.getByRole('heading', { name: 'Trail', exact: true }).waitFor();
    expect(wrong).toEqual([]);
  });

  it('stays closed in a review until it is opened on record, and nothing can be asked', async () => {
    const opened = await pages.open('?past=1#/trail');
    const { page, wrong } = opened;
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Review this workspace' }).click();
    await page.getByText('You are reviewing this workspace.').waitFor();
    // A row repeats nothing of a call's arguments.
    const tools = () => grid(opened).locator('[role=row][data-call] .tool').allInnerTexts();
    await expect.poll(async () => (await tools()).every((words) => /^\S+\s*$/.test(words))).toBe(true);
    await grid(opened).getByRole('row').nth(4).click();
    const open = pane(opened).getByRole('button', { name: 'Open payloads: this goes on record' });
    await open.waitFor();
    expect(await pane(opened).getByRole('heading', { name: 'Result' }).count()).toBe(0);
    await open.click();
    await pane(opened).getByRole('heading', { name: 'Result' }).waitFor();
    await page.evaluate(() => (location.hash = '#/ask'));
    await page.getByText('Nothing can be asked until the review ends').waitFor();
    expect(await page.getByRole('textbox', { name: 'Question' }).count()).toBe(0);
    await page.evaluate(() => (location.hash = '#/trail'));
    await page.getByRole('button', { name: 'End the review' }).click();
    await page.getByText('You are reviewing this workspace.').waitFor({ state: 'detached' });
    expect(wrong).toEqual([]);
  });
});

it('the trail gets a new key, which is shown to be handed on', async () => {
  const opened = await pages.open('?past=1#/trail');
  await opened.page.getByRole('button', { name: 'More' }).click();
  await opened.page.getByRole('menuitem', { name: 'Sign with a new key…' }).click();
  await dialog(opened, 'Sign with a new key').getByRole('button', { name: 'Sign with a new key' }).click();
  await dialog(opened, 'A new key signs the trail').getByText(/^tieout\.example\/ws\/2\+/).waitFor();
  expect(opened.wrong).toEqual([]);
});

describe('anchors', () => {
  it('say why one matters while there is none; one is added, tried, anchored, removed and brought back', async () => {
    const opened = await pages.open('?past=1&speed=10#/trail/anchors');
    const { page, wrong } = opened;
    await page.getByText(/could write another history/).waitFor();
    await page.getByRole('link', { name: 'not anchored' }).waitFor();
    await page.getByRole('button', { name: 'Add an anchor…' }).click();
    const add = dialog(opened, 'Add an anchor');
    await add.getByRole('button', { name: 'Add', exact: true }).click();
    await add.getByText(/A verifier key is written/).waitFor();
    await add.getByRole('textbox', { name: 'Name' }).fill('witness-a');
    await add.getByRole('textbox', { name: 'Address' }).fill('https://nowhere.example/log');
    await add.getByRole('textbox', { name: 'Verifier key' }).fill('witness.example+8a3f01c2+BJk0Qq');
    await add.getByRole('button', { name: 'Test' }).click();
    await add.getByText('No connection: the name could not be found.').waitFor();
    await add.getByRole('textbox', { name: 'Address' }).fill('https://witness.example/log');
    await add.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('Not anchored yet', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Anchor now' }).click();
    await page.getByText('Anchored just now', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'anchored just now' }).waitFor();
    await page.getByRole('button', { name: 'Remove witness-a' }).click();
    await page.getByText('No anchor holds this trail').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('list', { name: 'Anchors' }).getByText('witness-a').waitFor();
    expect(wrong).toEqual([]);
  });
});

it('axe finds nothing in care, anchors and their dialogs, in light or dark', async () => {
  const care = await pages.open('?past=1#/trail/care');
  await care.page.getByRole('textbox', { name: 'Words' }).fill('overdue');
  await care.page.getByText(/payloads would go/).waitFor();
  expect(await axe(care.page)).toEqual([]);
  await care.page.getByRole('button', { name: 'Erase…' }).click();
  await dialog(care, 'Erase payloads').getByText('There is no undo').waitFor();
  expect(await axe(care.page)).toEqual([]);
  const anchors = await pages.open('?past=1&anchored=1#/trail/anchors');
  await anchors.page.getByRole('button', { name: 'Test' }).waitFor();
  expect(await axe(anchors.page)).toEqual([]);
  await anchors.page.getByRole('button', { name: 'Export evidence…' }).click();
  await dialog(anchors, /Export evidence/).getByText('Payloads').first().waitFor();
  expect(await axe(anchors.page)).toEqual([]);
});
