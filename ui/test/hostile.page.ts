import { expect, it } from 'vitest';

import { usePages } from './browser';

const pages = usePages();

it('text of tools and models shows as text, loads nothing, and the page stays quick', async () => {
  const { page, outside, wrong } = await pages.open('?speed=40&past=0');
  await page.getByRole('textbox', { name: 'Question' }).fill('What is the worst that an API can send?');
  await page.keyboard.press('Enter');
  const answer = page.locator('article.turn');
  await answer.locator('footer .cost').waitFor();

  const text = await answer.innerText();
  for (const shown of ['<script>document.title="owned"</script>', '<img src="https://evil.example/pixel.png"', '<iframe', 'id <b>1</b>']) {
    expect(text).toContain(shown);
  }
  expect(text).toContain('(javascript:document.title=\'owned\')');
  expect(text).toContain('image: a picture (https://evil.example/track.png)');
  expect(await page.locator('main :is(script, img, iframe, style, object, embed, base, link, form[action])').count()).toBe(0);
  expect(await page.locator('main a:not([href^="#/"])').count()).toBe(0);

  await answer.getByRole('button', { name: 'real one' }).click();
  await page.getByText('https://example.com/a?b=c', { exact: true }).waitFor();
  expect(await page.locator('html').getAttribute('data-opened')).toBeNull();
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await expect.poll(() => page.locator('html').getAttribute('data-opened')).toBe('https://example.com/a?b=c');

  const began = Date.now();
  await answer.getByRole('button', { name: /billing.get_invoice/ }).click();
  await page.getByText('text/html, 5.4 MB').waitFor();
  await page.getByRole('button', { name: /show more of 5.4 MB/ }).click();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: /Find a command/ }).waitFor();
  expect(Date.now() - began).toBeLessThan(5000);

  expect(await page.title()).toBe('Ask · Tieout');
  expect(outside).toEqual([]);
  expect(wrong).toEqual([]);
});
