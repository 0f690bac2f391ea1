import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Status } from '../../src/api/status.ts';
import { type Answered, answerWith } from './support/answer-with.ts';
import { faintTexts } from './support/read-contrast.ts';
import { servePage } from './support/serve-page.ts';
import { DESKTOP, type OpenOptions, PHONE, startBrowser, type TestBrowser } from './support/start-browser.ts';
import { EMPTY, NOW, ON_FIRE, SHOWN, WELL } from './support/statuses.ts';

let browser: TestBrowser;
let address: string;

beforeAll(async () => {
  [browser, address] = await Promise.all([startBrowser(), servePage()]);
});

async function show(status: Status, options: OpenOptions = {}): Promise<{ page: Page; answered: Answered }> {
  let answered: Answered | undefined;
  const page = await browser.open(address, {
    ...options,
    prepare: async (opened) => {
      await opened.clock.setSystemTime(NOW);
      answered = await answerWith(opened, status);
    },
  });
  await page.getByRole('heading', { name: 'Containers' }).waitFor();
  if (answered === undefined) throw new Error('the page was not prepared');
  return { page, answered };
}

/** The words of the page, as they are seen; blanks are plain ones. */
async function wordsOf(page: Page, selector = 'body'): Promise<string> {
  return (await page.locator(selector).innerText()).replaceAll(/\s+/g, ' ');
}

const PAUSED: Status = {
  ...WELL,
  paused: { since: '2026-11-25T11:58:00.000Z', reason: 'The account moves' },
};
const NOT_KNOWN = { isComplete: false, isUnknown: true } as const;
const UNREAD: Status = {
  ...EMPTY,
  stateAsOf: null,
  recovery: {
    ...EMPTY.recovery,
    live: null,
    canary: { state: 'waiting', isUnknown: true },
    excepted: { count: 0, isComplete: false, sample: [] },
  },
  backlog: { ...EMPTY.backlog, ...NOT_KNOWN },
  deadLetters: { ...EMPTY.deadLetters, ...NOT_KNOWN },
  health: { status: 'failing', problems: [{ code: 'state-unreachable', detail: 'It cannot be read now.' }] },
};

const STATES = { empty: EMPTY, well: WELL, 'on fire': ON_FIRE, paused: PAUSED, unread: UNREAD };

describe.each([
  ['a phone', PHONE],
  ['a desk', DESKTOP],
])('on %s', (_, viewport) => {
  it.each(Object.keys(STATES) as (keyof typeof STATES)[])(
    'every text has contrast, in light and dark, without horizontal scrolling, in the state %s',
    async (name) => {
      const { page } = await show(STATES[name], { viewport });
      if (name === 'on fire') await page.locator('#dead-letters').getByText('IMG_2041.heic').waitFor();
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        expect(await faintTexts(page)).toEqual([]);
      }
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(viewport.width);
    },
  );
});

it('names that turn the direction of text are shown with escapes', async () => {
  const name = 'photos\u202Egpj.exe';
  const { page } = await show({
    ...WELL,
    paused: { since: NOW, reason: `moved \u2066${name}` },
    containers: [{ name, blobs: 1, bytes: 1, countedAt: NOW, lastMirroredAt: null }],
  });
  const words = await wordsOf(page);
  expect(words).toContain(String.raw`photos\u{202e}gpj.exe`);
  expect(words).toContain(String.raw`moved \u{2066}photos`);
  expect(await page.content()).not.toMatch(/>[^<]*[\u202E\u2066][^<]*</);
});

it('what cannot be read is shown as unknown, not as empty, and nothing is shown as well', async () => {
  const { page, answered } = await show(UNREAD);
  const words = await wordsOf(page);
  for (const expected of [
    'Not known whether the backup is up to date',
    'Live recovery point unknown.',
    'Proven recovery point unknown.',
    'Of the canary nothing is known now.',
    'Which keys are excepted is not known',
    'The dead-letter queues cannot be read now.',
    'The queue cannot be read now.',
    'Last hour Not known: the state cannot be read now.',
    'Full syncs Not known: the state cannot be read now.',
    'Containers Not known: the state cannot be read now.',
  ])
    expect(words).toContain(expected);
  expect(await page.locator('.icon.ok').count()).toBe(0);
  answered.status = { ...WELL, stateAsOf: '2026-11-25T10:00:00.000Z' };
  await page.getByText('What it tells is of').waitFor();
  expect(await wordsOf(page, '#recovery')).toContain('What it tells is of 11:00:00 CET: the proven');
});

it('the largest words are those of the worst, never of what is well beside it', async () => {
  const live = { at: NOW, ageMs: 0 };
  const good = { ...WELL, recovery: { ...WELL.recovery, live } };
  const { page, answered } = await show(good);
  const hero = page.locator('.hero');
  expect(await hero.innerText()).toBe('In step with the source');
  expect(await page.locator('.overall').getAttribute('class')).toContain('ok');
  answered.status = {
    ...good,
    recovery: { ...good.recovery, excepted: { count: 695, sample: [] } },
  };
  await hero.getByText('695 keys are not in step').waitFor();
  expect(await page.locator('.overall.ok').count()).toBe(0);
  expect(await wordsOf(page)).not.toMatch(/in step with the source|healthy|all is well/i);
  answered.status = EMPTY;
  await hero.getByText('Nothing is proven yet').waitFor();
  expect(await page.locator('.overall.ok').count()).toBe(0);
  const sizes = await page.evaluate(() =>
    [...document.querySelectorAll('main *')].map((each) =>
      Number.parseFloat(getComputedStyle(each).fontSize),
    ),
  );
  const size = await hero.evaluate((each) => Number.parseFloat(getComputedStyle(each).fontSize));
  expect(Math.max(...sizes)).toBe(size);
});

it('a full sync tells what it skipped once, and of a damaged one that nothing is known', async () => {
  const [run] = WELL.runs;
  if (run === undefined) throw new Error('it has runs');
  const counts = {
    ...run.counts,
    nominated: 12,
    byVerdict: { skipped: 12 },
    skipped: { 'backup-leased': 12 },
  };
  const damaged = { ...run, id: `${run.id}b` as typeof run.id, state: 'damaged' as const };
  const { page } = await show({ ...WELL, runs: [{ ...run, counts }, damaged] });
  const words = await wordsOf(page, '#runs');
  expect(words).toContain('1,223,157 in step, 12 skipped');
  expect(words.match(/12 skipped/g)).toHaveLength(1);
  expect(words).toContain('What it found is unknown.');
});

it('one blob can be found, with both sides and what to do; a failure is told where it was asked', async () => {
  let fails = false;
  const asked: (string | null)[] = [];
  const page = await browser.open(address, {
    allow: /status of 400/,
    prepare: async (opened) => {
      await opened.clock.setSystemTime(NOW);
      await answerWith(opened, ON_FIRE);
      await opened.route('**/api/show?*', async (route) => {
        asked.push(new URL(route.request().url()).searchParams.get('key'));
        const error = { code: 'request-invalid', message: 'the key is "x"', hint: '' };
        await route.fulfill(fails ? { status: 400, json: { error } } : { json: SHOWN });
      });
    },
  });
  const section = page.getByRole('region', { name: 'Find a blob' });
  await section.getByLabel('Container and path').fill('photos/a b.jpg');
  await section.getByLabel('Container and path').press('Enter');
  await section.getByRole('status').getByText('DIFFERS').waitFor();
  const words = await wordsOf(page, '#find-key');
  for (const expected of [
    'photos/a b.jpg',
    'what to do A message that waits in the queue has it checked.',
    'waiting 1 message',
    'dead letters (unknown) queue-unavailable: it did not answer',
    'Source sourceaccount Backup backupaccount',
    'present absent',
    'missing-on-backup the source has the blob or directory, the backup does not',
    'changed 2026-11-25 12:00:02 UTC (3 min ago)',
  ])
    expect(words).toContain(expected);
  expect(await faintTexts(page)).toEqual([]);
  fails = true;
  await page.getByRole('link', { name: 'photos/2026/11/25/export.csv' }).click();
  await section.getByText('The key is "x".').waitFor();
  expect(await section.getByLabel('Container and path').inputValue()).toBe('photos/2026/11/25/export.csv');
  expect(asked).toEqual(['photos/a b.jpg', 'photos/2026/11/25/export.csv']);
});

it('an empty mirror says what is missing and how to get it', async () => {
  const { page } = await show(EMPTY);
  const words = await wordsOf(page);
  for (const expected of [
    'Live up to 13:03:02 CET no change waits',
    'Nothing is proven yet.',
    'There are none.',
    'No change was mirrored.',
    'The queue is empty.',
    'There was none yet.',
    'Not counted yet.',
    'Mirrored all containers',
  ])
    expect(words).toContain(expected);
  expect(await page.title()).toBe('Nothing is proven yet · Blobmirror');
});

it('a healthy mirror shows its recovery points in local time, with UTC in the tooltip', async () => {
  const { page } = await show(WELL);
  expect(await wordsOf(page, '#recovery')).toContain(
    'Live up to 13:03:01 CET 1.2 s behind Proven up to 12:00:00 CET 1 h 3 min ago',
  );
  expect(await wordsOf(page, '#recovery')).toContain(
    'The last canary, written at 13:02:50 CET, arrived within 1.1 s.',
  );
  expect(await page.locator('.second time').first().getAttribute('title')).toBe('2026-11-25 12:03:01 UTC');
  expect(await page.locator('#recovery [role=img]').getAttribute('aria-label')).toContain(
    'Age of the recovery points',
  );
  expect(await wordsOf(page, '#activity')).toContain(
    '4,213 changes mirrored, 5.5 GB. Half of them arrived within 480 ms, 99 % within 2.6 s.',
  );
  expect(await wordsOf(page, '#containers')).toContain('photos 1,204,551 8.4 TB 6 s ago');
  expect(await page.locator('#containers td time').first().getAttribute('title')).toBe(
    '12:59:02 CET, 2026-11-25 11:59:02 UTC',
  );
  expect(await wordsOf(page, '#containers')).toContain(
    'Mirrored all containers Not mirrored container tmp*; path */cache/… Names web is web-of-source on the backup',
  );
  expect(await wordsOf(page, '#runs')).toContain('12:00:02 CET by the timer, took 4 min');
  expect(await page.getByRole('list', { name: 'What needs attention' }).count()).toBe(0);
});

it('a chart tells 0 as 0', async () => {
  const live = { at: NOW, ageMs: 0 };
  const { page } = await show({ ...WELL, recovery: { ...WELL.recovery, live } });
  expect(await wordsOf(page, '#recovery figcaption')).toContain('Live 0 s Proven 1 h 3 min');
});

it('a failing mirror shows its problems first, with links to the dead letters and their causes', async () => {
  const { page } = await show(ON_FIRE, { viewport: PHONE });
  const problems = page.getByRole('list', { name: 'What needs attention' });
  expect(await problems.getByRole('listitem').count()).toBe(4);
  await problems.getByRole('link', { name: 'See the dead letters' }).click();
  const letters = page.getByRole('region', { name: 'Dead letters' });
  await letters.getByText('IMG_2041.heic').waitFor();
  expect(await wordsOf(page, '#dead-letters')).toContain(
    'backupaccount refused the request: InvalidHeaderValue (400)',
  );
  expect(await wordsOf(page, '#dead-letters')).toContain('correct the blob or the setting, then replay');
  await letters.getByRole('button', { name: 'Show more of storage-rejected' }).click();
  await letters.getByText('IMG_2049.heic').waitFor();
  expect(await page.title()).toBe('4 problems · Blobmirror');
  await page.getByRole('link', { name: 'Except 3 keys' }).click();
  await page
    .getByRole('region', { name: 'Not protected' })
    .getByText('source-still-written')
    .first()
    .waitFor();
});

it('keys that are not protected are listed with why and since when, by filters, with what is only counted', async () => {
  const { page, answered } = await show(ON_FIRE);
  const section = page.getByRole('region', { name: 'Not protected' });
  await section.getByText('IMG_2041.heic').waitFor();
  const words = await wordsOf(page, '#unprotected');
  for (const expected of [
    '3 keys changed at the source, and the backup lacks the change.',
    'The keys that wait for a recheck cannot be read, or not all of them.',
    'storage-rejected 1 key. What would mend storage-rejected.',
    'backup-leased 120 findings in photos beyond the named keys; a key counts as often as it was found.',
    'photos/2026/11/25/IMG_2041.heic storage-rejected Since 1 h ago, not tried since, dead letter events:0',
    'last tried 5 min ago',
  ])
    expect(words).toContain(expected);
  await section.getByRole('button', { name: 'Show more' }).click();
  // The reason stands in the summary, too: what comes is the third key.
  await section.locator('.letters li', { hasText: 'container-not-mappable' }).waitFor();
  expect(await section.locator('.letters li').count()).toBe(3);
  await section.getByLabel('Reason').fill('source-still-written');
  await section.getByLabel('Reason').press('Enter');
  await section.getByText('IMG_2041.heic').waitFor({ state: 'detached' });
  expect(await section.locator('.letters li').count()).toBe(1);
  await section.getByRole('button', { name: 'Acknowledge' }).click();
  await section.getByText('last tried 5 min ago, acknowledged').waitFor();
  await page.getByText('The keys are acknowledged.').waitFor();
  answered.status = WELL;
  await section.getByText('No key that was judged is left out.').waitFor();
});

it('the page updates without a reload, and only a change of the overall state is announced', async () => {
  const { page, answered } = await show(WELL);
  const aloud = page.getByRole('status').first();
  expect(await aloud.innerText()).toBe('Healthy');
  answered.status = { ...WELL, recovery: { ...WELL.recovery, live: { at: NOW, ageMs: 71_000 } } };
  await page.getByText('1 min 11 s behind').first().waitFor();
  expect(await aloud.innerText()).toBe('Healthy');
  answered.status = ON_FIRE;
  await page.getByText('41 min 24 s behind').first().waitFor();
  expect(await aloud.innerText()).toBe('4 problems');
});

it('an unreachable app is shown with its time, polled less often, and recovers by itself', async () => {
  let answered: Answered | undefined;
  const page = await browser.open(address, {
    allow: /status of (503|404)/,
    prepare: async (opened) => {
      await opened.clock.install({ time: NOW });
      answered = await answerWith(opened, WELL);
    },
  });
  if (answered === undefined) throw new Error('the page was not prepared');
  const told = answered;
  await page.getByText('1.2 s behind').first().waitFor();
  told.failure = {
    status: 503,
    body: { error: { code: 'x', message: 'The state is out of reach.', hint: '' } },
  };
  await page.clock.runFor(2000);
  await page.getByText('Not reachable since').waitFor();
  expect(await wordsOf(page, '.problems')).toMatch(
    /The page shows the state of that time. The state is out of reach. Next try at /,
  );
  const asked = told.asked;
  for (let second = 0; second < 60; second++) {
    await page.clock.runFor(1000);
    // Its answers come in the meantime.
    await page.evaluate(async () => void (await fetch('/assets/none')));
  }
  expect(told.asked - asked).toBeGreaterThanOrEqual(3);
  expect(told.asked - asked).toBeLessThanOrEqual(6);
  delete told.failure;
  await page.getByRole('button', { name: 'Try now' }).click();
  await page.getByText('Healthy').first().waitFor();
  expect(await page.getByText('Not reachable since').count()).toBe(0);
});

it('a hidden page does not poll', async () => {
  const { page, answered } = await show(WELL);
  const hide = async (hidden: boolean) =>
    await page.evaluate((value) => {
      Object.defineProperty(document, 'hidden', { value, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, hidden);
  await hide(true);
  const { asked } = answered;
  await page.clock.install({ time: NOW });
  await page.clock.runFor(60_000);
  expect(answered.asked).toBeLessThanOrEqual(asked + 1);
  answered.status = ON_FIRE;
  await hide(false);
  await page.getByText('41 min 24 s behind').first().waitFor();
});

it.each(['?code=sec%2Fret', '#code=sec%2Fret'])(
  'a key in the address (%s) is removed from it at once and sent with every request',
  async (suffix) => {
    let sent: string | undefined;
    const page = await browser.open(address + suffix, {
      prepare: async (opened) => {
        await opened.route('**/api/status', async (route) => {
          sent = route.request().headers()['x-functions-key'];
          await route.fulfill({ json: WELL });
        });
      },
    });
    await page.getByText('Healthy').first().waitFor();
    expect([page.url(), sent]).toEqual([address, 'sec/ret']);
    sent = undefined;
    await page.reload();
    await page.getByText('Healthy').first().waitFor();
    expect(sent).toBe('sec/ret');
  },
);

it('the page asks for the key that the app requires', async () => {
  const page = await browser.open(address, {
    allow: /status of 401/,
    prepare: async (opened) => {
      await opened.route('**/api/status', async (route) => {
        const isKnown = route.request().headers()['x-functions-key'] === 'right';
        await route.fulfill(isKnown ? { json: WELL } : { status: 401 });
      });
    },
  });
  const field = page.getByLabel('Function key');
  await field.fill('right');
  await field.press('Enter');
  await page.getByText('Healthy').first().waitFor();
  expect(await field.count()).toBe(0);
});

it('injected content does not run, and no request goes to another origin', async () => {
  const { page } = await show(WELL, {
    allow: /Content Security Policy|violates|Trusted|asked http:\/\/localhost/,
  });
  const outcomes = await page.evaluate(async () => {
    const attempts = {
      markup: () =>
        document.body.insertAdjacentHTML('beforeend', '<img src="/none" onerror="window.hurt = 1">'),
      script: () =>
        document.body.append(Object.assign(document.createElement('script'), { text: 'window.hurt = 1' })),
      handler: () => {
        document.body.setAttribute('onclick', 'window.hurt = 1');
        document.body.click();
      },
      elsewhere: async () => await fetch('http://localhost:9/'),
    };
    const failed: string[] = [];
    for (const [name, attempt] of Object.entries(attempts))
      try {
        await attempt();
      } catch {
        failed.push(name);
      }
    return { failed, isHurt: 'hurt' in window };
  });
  expect(outcomes.isHurt).toBe(false);
  expect(outcomes.failed).toEqual(expect.arrayContaining(['markup', 'script', 'elsewhere']));
});

it('the keyboard reaches every control in the order of the page, with a visible focus', async () => {
  const { page } = await show(ON_FIRE);
  await page.locator('#dead-letters').getByText('IMG_2045.heic').waitFor();
  const reached: string[] = [];
  for (let presses = 0; presses < 90; presses++) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      if (element === null || element === document.body) return undefined;
      const name = element.getAttribute('aria-label') ?? element.textContent;
      return { name: name.trim(), outline: getComputedStyle(element).outlineStyle };
    });
    if (focused === undefined) break;
    expect(focused).toMatchObject({ outline: 'solid' });
    reached.push(focused.name);
  }
  const inOrder = [
    'Pause',
    'See the backlog',
    'See the dead letters',
    'Except 3 keys',
    'Replay all',
    'Acknowledge',
    'Purge all',
    'Replay all of storage-rejected',
    'Replay photos/2026/11/25/IMG_2041.heic',
    'Purge photos/2026/11/25/IMG_2041.heic',
    'Show more of storage-rejected',
    'Start a full sync',
    'Cancel',
  ];
  expect(reached.filter((name) => inOrder.includes(name))).toEqual(inOrder);
});
