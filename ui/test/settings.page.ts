import { describe, expect, it } from 'vitest';

import { axe, usePages } from './browser';

const pages = usePages();

describe('settings', () => {
  it('take a model: checked, tested before it is saved, its key put away', async () => {
    const { page, wrong } = await pages.open('?past=0&speed=20#/settings');
    await page.getByRole('button', { name: 'Add a model' }).click();
    await page.getByRole('button', { name: 'OpenAI', exact: true }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Write the model’s id at its provider.').waitFor();
    await page.getByLabel('Model id').fill('large-5');
    await page.getByRole('button', { name: 'Test' }).click();
    await page.getByText('It does not work yet').waitFor();
    await page.getByLabel('Value of the key').fill('sk-stays-put');
    await page.getByRole('button', { name: 'Test' }).click();
    await page.getByText('It works').waitFor();
    await page.getByRole('row', { name: /Several calls at once yes it asked for both/ }).waitFor();
    await page.getByText('by what is known of it, as of 23 Nov 2026').waitFor();
    await page.getByLabel('Context, in tokens').fill('8000');
    await page.getByLabel('Longest answer, in tokens').fill('9000');
    await page.getByLabel('Streams its answer').selectOption('no');
    await page.getByLabel('Price of a million tokens in').fill('3');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('A price needs this too.').waitFor();
    await page.getByText('An answer is a part of the context').waitFor();
    await page.getByLabel('Longest answer, in tokens').fill('4000');
    await page.getByLabel('Price of a million tokens out').fill('15');
    expect(await page.getByLabel('New value of the key').inputValue()).toBe('');
    await page.getByLabel('Clearance').selectOption('public');
    await page.getByText('It works, as it was before your last change').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('row', { name: /openai large-5.*OpenAI Chat Completions.*\$3\.00 \/ \$15\.00.*public in memory/ }).waitFor();
    await page.getByRole('link', { name: 'openai' }).click();
    expect(await page.getByLabel('Longest answer, in tokens').inputValue()).toBe('4000');
    expect(await page.getByLabel('Streams its answer').inputValue()).toBe('no');
    expect(wrong).toEqual([]);
  });

  it('take a model of a server on this machine, or of a provider whose address has blanks', async () => {
    const { page, wrong } = await pages.open('?past=0&speed=20#/settings/model');
    await page.getByRole('button', { name: 'Azure OpenAI' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Fill in what stands in braces.').waitFor();
    await page.getByLabel('Resource').fill('acme');
    expect(await page.getByLabel('Base URL').inputValue()).toBe('https://acme.openai.azure.com/openai/v1');
    expect(await axe(page)).toEqual([]);
    await page.getByRole('button', { name: 'Choose another provider' }).click();
    await page.getByRole('button', { name: 'Look for local servers' }).click();
    await page.getByText('1 server found.').waitFor();
    await page.getByRole('button', { name: 'qwen3:8b' }).click();
    expect(await page.getByLabel('Context, in tokens').inputValue()).toBe('40960');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('row', { name: /qwen3:8b.*Ollama chat.*41k.*restricted none needed/ }).waitFor();
    expect(wrong).toEqual([]);
  });

  it('say what models used, day by day, and together', async () => {
    const { page, wrong } = await pages.open('?past=0#/settings');
    const table = page.getByRole('table', { name: 'Usage by day and model' });
    await table.getByRole('row', { name: /cloud 12, 1 failed 184,000 9,200 \$0\.6900/ }).first().waitFor();
    await table.getByRole('row', { name: /Together 36, 3 failed 552,000 27,600 \$2\.07/ }).waitFor();
    expect(wrong).toEqual([]);
  });

  it('list keys by name, and say what needs one before it goes', async () => {
    const { page, wrong } = await pages.open('?past=0#/settings');
    await page.getByRole('button', { name: 'Set cloud_key' }).click();
    await page.getByLabel('Value of cloud_key').fill('sk-1');
    await page.getByRole('button', { name: 'Keep' }).click();
    await page.getByRole('button', { name: 'Remove cloud_key' }).click();
    await page.getByRole('dialog').getByText('Without it A cloud model can’t be called').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('button', { name: 'Set cloud_key' }).waitFor();
    expect(wrong).toEqual([]);
  });

  it('keep the colours that were chosen', async () => {
    const { page } = await pages.open('?past=0#/settings');
    await page.getByRole('radio', { name: 'Dark' }).check();
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
    await page.getByRole('radio', { name: 'As the system has it' }).check();
    expect(await page.locator('html').getAttribute('data-theme')).toBeNull();
  });
});

describe('the network', () => {
  const open = async () => {
    const { page, wrong } = await pages.open('?past=0#/settings');
    return { page, wrong, part: page.getByRole('region', { name: 'Network' }) };
  };

  it('is reached through a proxy that asks for a password, which goes to where keys are', async () => {
    const { page, wrong, part } = await open();
    const save = part.getByRole('button', { name: 'Save' });
    await part.getByText('What HTTPS_PROXY, NO_PROXY and their like name').waitFor();
    expect(await save.isDisabled()).toBe(true);
    await part.getByLabel('Proxy', { exact: true }).selectOption('through');
    await part.getByLabel('The proxy asks for a name').check();
    await part.getByLabel('Address of the proxy').fill('http://ines:pw@proxy.example');
    await save.click();
    await part.getByText('Leave name and password out of the address').waitFor();
    await part.getByText('Write the name under which the proxy knows you.').waitFor();
    expect(await axe(page)).toEqual([]);
    await part.getByLabel('Address of the proxy').fill('http://proxy.example:8080');
    await part.getByLabel('Not for').fill('.corp.example');
    await part.getByLabel('Name at the proxy').fill('ines');
    await save.click();
    await part.getByText('is not in the keychain').waitFor();
    await part.getByLabel('Value of the password').fill('quite secret');
    await save.click();
    await part.getByText('Saved. It holds from the next request on.').waitFor();
    expect(await part.getByLabel('New value of the password').inputValue()).toBe('');
    expect(await page.content()).not.toContain('quite secret');
    await page.getByRole('region', { name: 'Keys' }).getByText('needed by the proxy').waitFor();
    await page.getByRole('link', { name: 'Ask' }).first().click();
    await page.getByRole('link', { name: 'Settings' }).first().click();
    expect(await part.getByLabel('Address of the proxy').inputValue()).toBe('http://proxy.example:8080');
    expect(wrong).toEqual([]);
  });

  it('has authorities of a company’s own, whose files are looked at before they are saved', async () => {
    const { wrong, part } = await open();
    const roots = part.getByLabel('Further authorities');
    await roots.fill('corp.pem');
    await part.getByRole('button', { name: 'Save' }).click();
    await part.getByText('Write the whole path of corp.pem').waitFor();
    await roots.fill('/etc/corp.txt');
    await part.getByRole('button', { name: 'Save' }).click();
    await part.getByText('the certificates in /etc/corp.txt can').waitFor();
    await roots.fill('/etc/corp.pem\n/etc/second.pem');
    await part.getByRole('button', { name: 'Save' }).click();
    await part.getByText('Saved.').waitFor();
    expect(wrong).toEqual([]);
  });
});

describe('how batches run', () => {
  it('is changed field by field, checked, saved and put back', async () => {
    const { page, wrong } = await pages.open('?past=0&speed=20#/settings');
    const part = page.getByRole('region', { name: 'Batches' });
    const save = part.getByRole('button', { name: 'Save' });
    expect(await save.isDisabled()).toBe(true);
    await part.getByLabel('Calls of one message').fill('0');
    await part.getByLabel('A read that holds up its batch').selectOption('pending');
    await part.getByLabel('After so many seconds').fill('soon');
    await part.getByText('The batch goes back without a read that takes longer').waitFor();
    await save.click();
    await part.getByText('Write a whole number from 1 up.').waitFor();
    await part.getByText('Write seconds, such as 600 or 2.5.').waitFor();
    await part.getByLabel('Calls of one message').fill('3');
    await part.getByLabel('A model’s first word within, in seconds').fill('0.5');
    await save.click();
    await part.getByText('Write seconds, 1 or more.').waitFor();
    await part.getByLabel('A model’s first word within, in seconds').fill('90');
    await part.getByLabel('After so many seconds').fill('2.5');
    await save.click();
    await part.getByText('Saved. What runs already goes on as it began.').waitFor();
    await page.getByRole('link', { name: 'Ask' }).first().click();
    await page.getByRole('textbox', { name: 'Question' }).fill('What does the support team earn on average?');
    await page.keyboard.press('Enter');
    await page.getByRole('group', { name: '4 calls in one message, you allow 3' }).waitFor();
    await page.getByRole('button', { name: 'Stop the answer' }).click();
    await page.evaluate(() => (location.hash = '#/settings'));
    expect(await part.getByLabel('After so many seconds').inputValue()).toBe('2.5');
    await part.getByRole('button', { name: 'Defaults' }).click();
    await save.click();
    await part.getByText('Saved.').waitFor();
    expect(await part.getByLabel('Calls of one message').inputValue()).toBe('128');
    expect(wrong).toEqual([]);
  });

  it('is said for a model too', async () => {
    const { page, wrong } = await pages.open('?past=0&speed=20#/settings/model/rehearsal');
    await page.getByLabel('Early start').selectOption('off');
    await page.getByText('Nothing starts before the model’s message is complete.').waitFor();
    await page.getByLabel('Several calls at once').selectOption('off');
    await page.getByText('It asks for one call a message').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Batches' }).waitFor();
    await page.evaluate(() => (location.hash = '#/settings/model/rehearsal'));
    expect(await page.getByLabel('Early start').inputValue()).toBe('off');
    expect(wrong).toEqual([]);
  });

  it('axe finds nothing there, in light or dark', async () => {
    const { page } = await pages.open('?past=0#/settings');
    const part = page.getByRole('region', { name: 'Batches' });
    await part.getByLabel('Calls at one time').fill('0');
    await part.getByRole('button', { name: 'Save' }).click();
    await part.getByText('Write a whole number from 1 up.').waitFor();
    expect(await axe(page)).toEqual([]);
  });
});

describe('before a workspace is open', () => {
  it('one is made; its recovery key is shown until it is written down', async () => {
    const { page, wrong } = await pages.open('?workspace=0&past=0');
    await page.getByLabel('Name').fill('Research');
    await page.getByRole('button', { name: 'Make it' }).click();
    await page.getByRole('heading', { name: 'Write down the recovery key' }).waitFor();
    const go = page.getByRole('button', { name: 'Go on' });
    expect(await go.isDisabled()).toBe(true);
    await page.getByLabel('I wrote it down').check();
    await go.click();
    await page.getByRole('navigation', { name: 'Screens' }).getByText('Research').waitFor();
    expect(await page.content()).not.toContain('AGE-SECRET-KEY');
    expect(wrong).toEqual([]);
  });

  it('says why the keychain can’t be used, and takes a passphrase instead', async () => {
    const { page } = await pages.open('?workspace=0&past=0&keychain=0');
    await page.getByText(/Install gnome-keyring/).waitFor();
    await page.getByRole('button', { name: 'Make it' }).click();
    await page.getByText('Use at least 12 letters').waitFor();
    await page.getByLabel('Passphrase', { exact: true }).fill('correct horse battery');
    await page.getByLabel('The same again').fill('correct horse battery');
    await page.getByRole('button', { name: 'Make it' }).click();
    await page.getByRole('heading', { name: 'Write down the recovery key' }).waitFor();
  });

  it('a locked one opens with its passphrase; the demo opens without', async () => {
    const locked = await pages.open('?locked=1&past=0');
    await locked.page.getByLabel('Passphrase').fill('wrong');
    await locked.page.keyboard.press('Enter');
    await locked.page.getByText('That is not the passphrase.').waitFor();
    await locked.page.getByLabel('Passphrase').fill('open');
    await locked.page.keyboard.press('Enter');
    await locked.page.getByRole('navigation', { name: 'Screens' }).waitFor();
    const demo = await pages.open('?workspace=0&past=0');
    await demo.page.getByRole('button', { name: 'Try the demo' }).click();
    await demo.page.getByRole('navigation', { name: 'Screens' }).waitFor();
    expect([...locked.wrong, ...demo.wrong]).toEqual([]);
  });

  it('one whose key the keychain lost opens with its recovery key', async () => {
    const { page, wrong } = await pages.open('?lost=1&past=0');
    await page.getByRole('heading', { name: 'Open it with the recovery key' }).waitFor();
    const key = page.getByLabel('Recovery key', { exact: true });
    expect(await key.getAttribute('type')).toBe('password');
    await page.getByRole('button', { name: 'Show the recovery key' }).click();
    expect(await key.getAttribute('type')).toBe('text');
    await key.fill('0123');
    await page.keyboard.press('Enter');
    await page.getByText('these are 4').waitFor();
    await key.fill('7'.repeat(64));
    await page.keyboard.press('Enter');
    await page.getByText('This recovery key does not open this workspace').waitFor();
    await key.fill('00000000-'.repeat(8));
    await page.keyboard.press('Enter');
    await page.getByRole('navigation', { name: 'Screens' }).waitFor();
    expect(await page.content()).not.toContain('00000000-00000000');
    expect(wrong).toEqual([]);
  });

  it('one whose passphrase is lost opens with its recovery key and a new passphrase', async () => {
    const { page, wrong } = await pages.open('?locked=1&past=0');
    await page.getByRole('button', { name: 'Use the recovery key' }).click();
    await page.getByRole('button', { name: 'Open it' }).click();
    await page.getByText('Type the recovery key').waitFor();
    await page.getByText('Use at least 12 letters').waitFor();
    await page.getByLabel('Recovery key', { exact: true }).fill('0'.repeat(64));
    await page.getByLabel('New passphrase').fill('correct horse battery');
    await page.getByLabel('The same again').fill('correct horse battery');
    await page.getByRole('button', { name: 'Open it' }).click();
    await page.getByRole('navigation', { name: 'Screens' }).waitFor();
    expect(wrong).toEqual([]);
  });

  it('from the demo one comes to a workspace of one’s own, and back', async () => {
    const { page } = await pages.open('?past=0#/settings');
    await page.getByRole('button', { name: 'Make a workspace of your own' }).click();
    await page.getByRole('button', { name: 'Back to the demo' }).click();
    await page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor();
  });
});

describe('axe finds nothing, in light or dark,', () => {
  it.each([
    '?past=0#/settings',
    '?past=0#/settings/model',
    '?past=0#/settings/model/cloud',
    '?past=0&reader=1#/settings',
    '?workspace=0&past=0&keychain=0',
    '?locked=1&past=0',
    '?lost=1&past=0',
  ])('at %s', async (place) => {
    const { page } = await pages.open(place);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.getByRole('button', { name: /^(Save|Make it|Unlock|Open it)$/ }).click({ timeout: 500 }).catch(() => {});
    expect(await axe(page)).toEqual([]);
  });

  it('at the recovery key', async () => {
    const { page } = await pages.open('?workspace=0&past=0');
    await page.getByRole('button', { name: 'Make it' }).click();
    await page.getByRole('heading', { name: 'Write down the recovery key' }).waitFor();
    expect(await axe(page)).toEqual([]);
  });
});

it.each(['#/trail', '#/sources', '#/sources/support/add_note', '#/sources/+', '#/sources/+openapi', '#/sources/+form', '#/settings', '#/settings/model'])(
  'nothing runs out of the window at %s, however wide it is and however large its text',
  async (place) => {
    const { page } = await pages.open(`?past=1${place}`, { height: 700 });
    await page.getByRole('heading', { level: 1 }).waitFor();
    for (const { width, larger } of [
      { width: 1440, larger: 0 },
      { width: 1000, larger: 0 },
      { width: 640, larger: 0 },
      { width: 1280, larger: 7 },
    ]) {
      await page.setViewportSize({ width, height: 700 });
      for (let times = 0; times < larger; times += 1) await page.keyboard.press('Control+=');
      await page.waitForTimeout(100);
      // What is virtual is laid out a frame later, or several on a busy machine.
      const over = () =>
        page.evaluate(() =>
          [document.documentElement, ...document.querySelectorAll('.page, .trail, .list')]
            .map((element) => element.scrollWidth - element.clientWidth)
            .filter((by) => by > 0),
        );
      await expect.poll(over, { timeout: 10_000, message: `${width}, text enlarged ${larger} times` }).toEqual([]);
    }
  },
);
