import type { Page } from 'playwright-core';
import type { Status } from '../../../src/api/status.ts';
import { LETTERS, UNPROTECTED } from './statuses.ts';

/** The status that the page gets from now on; a test may replace it while the page is open. */
export interface Answered {
  status: Status;
  /** Of the questions for it. */
  asked: number;
  /** What it is answered with instead. */
  failure?: { readonly status: number; readonly body?: object } | 'no-answer';
}

/** Answers the page's requests in place of the app. */
export async function answerWith(page: Page, status: Status): Promise<Answered> {
  const answered: Answered = { status, asked: 0 };
  await page.route('**/api/status', async (route) => {
    answered.asked++;
    const { failure } = answered;
    if (failure === 'no-answer') await route.abort();
    else if (failure !== undefined) await route.fulfill({ status: failure.status, json: failure.body ?? {} });
    else await route.fulfill({ json: answered.status });
  });
  await page.route('**/api/deadletters?*', async (route) => {
    const query = new URL(route.request().url()).searchParams;
    const letters = LETTERS.filter(({ code }) => code === query.get('code'));
    const from = Number(query.get('from') ?? 0);
    const to = from + Number(query.get('limit'));
    const next = to < letters.length ? String(to) : null;
    await route.fulfill({ json: { letters: letters.slice(from, to), next } });
  });
  let areAcknowledged = false;
  await page.route('**/api/session', async (route) => await route.fulfill({ json: { token: 'a token' } }));
  await page.route('**/api/unprotected/acknowledge', async (route) => {
    areAcknowledged = route.request().headers()['x-blobmirror-token'] === 'a token';
    await route.fulfill({ json: {} });
  });
  await page.route('**/api/unprotected?*', async (route) => {
    const query = new URL(route.request().url()).searchParams;
    const has = (name: 'container' | 'reason', value: string): boolean =>
      [null, value].includes(query.get(name));
    const all = UNPROTECTED.keys.map((key) => ({ ...key, ...(areAcknowledged && { acknowledged: true }) }));
    const keys = all.filter(
      ({ container, reason, path }) =>
        has('container', container) && has('reason', reason) && path.startsWith(query.get('prefix') ?? ''),
    );
    const byReason = Object.fromEntries(
      [...Map.groupBy(keys, ({ reason }) => reason)].map(([reason, each]) => [reason, each.length]),
    );
    const from = Number(query.get('from') ?? 0);
    const to = from + 2;
    const next = to < keys.length ? String(to) : null;
    await route.fulfill({ json: { ...UNPROTECTED, byReason, keys: keys.slice(from, to), next } });
  });
  return answered;
}
