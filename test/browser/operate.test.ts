import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Status } from '../../src/api/status.ts';
import { untilMirrored } from '../e2e/support/until-mirrored.ts';
import { PHONE, startBrowser, type TestBrowser } from './support/start-browser.ts';
import { type Operated, startOperated } from './support/start-operated.ts';

let browser: TestBrowser;
let mirror: Operated;
/** Serves an empty page of another origin. */
const stranger = createServer((_, response) =>
  response.setHeader('content-type', 'text/html').end('<p>Hello'),
);

beforeAll(async () => {
  [browser, mirror] = await Promise.all([startBrowser(), startOperated()]);
  await mirror.source.getContainerClient('photos').create();
  stranger.listen(0, '127.0.0.1');
  await once(stranger, 'listening');
});
afterAll(() => {
  stranger.close();
  stranger.closeAllConnections();
});

async function upload(name: string): Promise<void> {
  await mirror.source.getContainerClient('photos').getBlockBlobClient(name).upload(name, name.length);
}

async function isOnBackup(name: string): Promise<boolean> {
  return await mirror.backup.getContainerClient('photos').getBlobClient(name).exists();
}

async function status(): Promise<Status> {
  return (await (await fetch(`${mirror.address}api/status`)).json()) as Status;
}

/** Health is well; nothing is proven as yet. */
const withoutProblems = (page: Page) => page.locator('.overall', { hasNotText: /problem|Connecting/ });
const letters = (page: Page) => page.getByRole('region', { name: 'Dead letters' });

it('dead letters of a fault appear with their reason, and a replay mirrors them once the fault is repaired', async () => {
  mirror.isBroken = true;
  const page = await browser.open(mirror.address, { viewport: PHONE });
  await letters(page).getByText('There are none.').waitFor();
  for (const name of ['stuck 1.txt', 'stuck 2.txt', 'fine.txt']) await upload(name);

  for (const expected of [
    '2 changes could not be mirrored.',
    'storage-rejected',
    'photos/stuck 1.txt',
    'photos/stuck 2.txt',
    'a write on backupaccount failed: 400 InvalidHeaderValue',
    'correct the blob or the setting, then replay',
  ])
    await letters(page).getByText(expected).first().waitFor();
  await page.getByRole('link', { name: 'See the dead letters' }).waitFor();
  await untilMirrored(mirror, 'photos', 'fine.txt');

  mirror.isBroken = false;
  await letters(page).getByRole('button', { name: 'Replay all', exact: true }).click();
  await page.getByText('2 changes put back in the queue.').waitFor();
  await letters(page).getByText('There are none.').waitFor();
  expect(await page.locator(':focus').getAttribute('id')).toBe('dead-letters');
  for (const name of ['stuck 1.txt', 'stuck 2.txt']) await untilMirrored(mirror, 'photos', name);
  await withoutProblems(page).waitFor();
});

it('dead letters are acknowledged, and purged only after a confirmation', async () => {
  mirror.isBroken = true;
  await upload('stuck 3.txt');
  const page = await browser.open(mirror.address);
  await letters(page).getByText('photos/stuck 3.txt').waitFor();
  await letters(page).getByRole('button', { name: 'Acknowledge' }).click();
  await letters(page).getByText('All are acknowledged.').waitFor();
  await withoutProblems(page).waitFor();

  await letters(page).getByRole('button', { name: 'Purge photos/stuck 3.txt' }).click();
  const dialog = page.getByRole('dialog', { name: 'Purge 1 dead letter?' });
  await dialog.waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect((await status()).deadLetters.count).toBe(1);

  await letters(page).getByRole('button', { name: 'Purge photos/stuck 3.txt' }).click();
  await dialog.getByRole('button', { name: 'Purge' }).click();
  await page.getByText('1 dead letter purged.').waitFor();
  await letters(page).getByText('There are none.').waitFor();
  expect(await page.locator(':focus').getAttribute('id')).toBe('dead-letters');
  expect(await isOnBackup('stuck 3.txt')).toBe(false);
});

it('a full sync can be started and is shown until it is done', async () => {
  mirror.isBroken = false;
  await upload('lost.txt');
  await untilMirrored(mirror, 'photos', 'lost.txt');
  await mirror.backup.getContainerClient('photos').deleteBlob('lost.txt');
  const page = await browser.open(mirror.address, { allow: /status of 400/ });
  await page.getByRole('button', { name: 'Start a full sync' }).click();
  const dialog = page.getByRole('dialog', { name: 'Start a full sync' });
  await dialog.getByLabel('Container').fill('Photos!');
  await dialog.getByRole('button', { name: 'Start' }).click();
  await dialog.getByRole('alert').getByText('is no valid container name').waitFor();
  await dialog.getByLabel('Container').fill('photos');
  await dialog.getByRole('button', { name: 'Start' }).click();
  await page.getByText('A full sync has started.').waitFor();
  await page
    .locator('.runs li')
    .filter({ hasText: 'Done photos' })
    .filter({ hasText: /\d copied/ })
    .waitFor();
  expect(await isOnBackup('lost.txt')).toBe(true);
  const search = page.getByRole('region', { name: 'Find a blob' });
  await search.getByLabel('Container and path').fill('photos/lost.txt');
  await search.getByRole('button', { name: 'Find' }).click();
  await search.getByRole('status').getByText('in step: nothing differs').waitFor();
});

it('pause and resume work with the keyboard alone', async () => {
  const page = await browser.open(mirror.address);
  await withoutProblems(page).waitFor();
  const focused = () => page.locator(':focus');
  await page.keyboard.press('Tab');
  expect(await focused().innerText()).toBe('Pause');
  expect(await focused().evaluate((element) => getComputedStyle(element).outlineStyle)).toBe('solid');

  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  // Gone from the document: one that is closed is no dialog to a reader before the page has heard of it.
  await page.locator('dialog').waitFor({ state: 'detached' });
  expect(await focused().innerText()).toBe('Pause');

  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Pause mirroring?' }).waitFor();
  await page.keyboard.type('we move');
  await page.keyboard.press('Enter');
  await page.getByText('we move').waitFor();
  await page.getByRole('button', { name: 'Resume' }).waitFor();
  await upload('held.txt');
  await page
    .getByRole('region', { name: 'Backlog' })
    .getByText(/1 change .*waits/)
    .waitFor();
  expect(await isOnBackup('held.txt')).toBe(false);

  expect(await focused().innerText()).toBe('Resume');
  await page.keyboard.press('Enter');
  await page.getByText('Mirroring is resumed.').waitFor();
  await untilMirrored(mirror, 'photos', 'held.txt');
  await page.getByRole('region', { name: 'Backlog' }).getByText('The queue is empty.').waitFor();
});

it('a page of another origin cannot pause', async () => {
  const { port } = stranger.address() as AddressInfo;
  const answers: number[] = [];
  const page = await browser.open(`http://127.0.0.1:${port}/`, { allow: /./ });
  page.on('response', (response) => {
    if (response.url().endsWith('/api/pause')) answers.push(response.status());
  });
  const pause = `${mirror.address}api/pause`;
  await page.evaluate(async (url) => void (await fetch(url, { method: 'POST', mode: 'no-cors' })), pause);
  const withToken = await page.evaluate(
    async (url) =>
      await fetch(url, { method: 'POST', headers: { 'x-blobmirror-token': 'any' } }).then(
        () => 'sent',
        () => 'refused',
      ),
    pause,
  );
  expect(withToken).toBe('refused');
  const session = await page.evaluate(
    async (url) =>
      await fetch(url).then(
        async (answer) => await answer.text(),
        () => 'refused',
      ),
    `${mirror.address}api/session`,
  );
  expect(session).toBe('refused');
  await Promise.all([
    page.waitForURL(pause),
    page.evaluate((url) => {
      const form = document.createElement('form');
      form.method = 'post';
      form.action = url;
      document.body.append(form);
      form.submit();
    }, pause),
  ]);
  expect(await page.locator('body').innerText()).toContain('action-not-allowed');
  expect(answers.filter((answer) => answer !== 403 && answer !== 404)).toEqual([]);
  expect(answers.length).toBeGreaterThanOrEqual(2);
  expect((await status()).paused).toBeUndefined();
});
