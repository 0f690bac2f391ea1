import { describe, expect, it, vi } from 'vitest';
import type { HttpAnswer } from '../../src/http/answer.ts';
import { createDeadLetterHandlers } from '../../src/http/deadletter-handlers.ts';
import {
  eventOf,
  type DeadLetterBench,
  parked,
  startDeadLetterBench,
} from '../deadletter/support/dead-letter-bench.ts';
import { createSilentLogger } from '../support/silent-logger.ts';

async function startApi(): Promise<DeadLetterBench & { api: ReturnType<typeof createDeadLetterHandlers> }> {
  const bench = await startDeadLetterBench();
  return { ...bench, api: createDeadLetterHandlers(bench.store, createSilentLogger()) };
}

const query = (text = '') => new URLSearchParams(text);
const body = (value: unknown): string => JSON.stringify(value);
const jsonOf = ({ body: text }: HttpAnswer): unknown => JSON.parse(text as string);

describe('dead letters over HTTP', () => {
  it('are listed in pages, filtered by code or container', async () => {
    const { api, bury } = await startApi();
    for (const container of ['photos', 'docs'])
      for (let i = 0; i < 5; i++)
        await bury(
          'events',
          parked(eventOf(container, `${i}.jpg`), i === 0 ? 'unexpected' : 'storage-rejected'),
        );
    await bury('reconcile', { body: 'poison' });

    const read = async (text: string): Promise<string[]> => {
      const paths: string[] = [];
      for (let next: string | null = ''; next !== null;) {
        const answer = await api.list(query(`${text}&from=${next}`));
        expect(answer.status).toBe(200);
        const page = jsonOf(answer) as {
          letters: { container?: string; path?: string }[];
          next: string | null;
        };
        expect(page.letters.length).toBeLessThanOrEqual(2);
        paths.push(...page.letters.map(({ container, path }) => `${container}/${path}`));
        ({ next } = page);
      }
      return paths;
    };
    expect(await read('limit=2')).toHaveLength(11);
    expect(await read('limit=2&container=docs')).toEqual([0, 1, 2, 3, 4].map((i) => `docs/${i}.jpg`));
    expect(await read('limit=2&code=unexpected')).toEqual(['photos/0.jpg', 'docs/0.jpg']);
    expect(jsonOf(await api.summary())).toMatchObject({
      count: 11,
      isComplete: true,
      acknowledged: 0,
      byCode: { unexpected: 2, 'storage-rejected': 8, 'message-not-shard': 1 },
      byContainer: { photos: 5, docs: 5 },
      acknowledgedUntil: null,
    });
  });

  it('are shown one by one with their message, and exported as lines', async () => {
    const { api, bury } = await startApi();
    const event = eventOf('photos', 'cat.jpg');
    await bury('events', parked(event, 'storage-rejected'), { body: Buffer.from([0xff]) });
    const listed = jsonOf(await api.list(query()));
    const [first, second] = (listed as { letters: { id: string }[] }).letters;
    expect(first).not.toHaveProperty('messageBody');
    expect(jsonOf(await api.show(first?.id))).toMatchObject({ path: 'cat.jpg', messageBody: event });
    expect(jsonOf(await api.show(second?.id))).toMatchObject({ messageBody: { base64: '/w==' } });
    const { body: exported, headers } = await api.export(query());
    expect(headers?.['content-type']).toBe('application/x-ndjson');
    const lines = String(exported).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { id: first?.id, messageBody: event },
      { id: second?.id, code: 'message-not-event' },
    ]);
  });

  it('are exported in pages of bounded size, each of which names the next one by header and last line', async () => {
    const { api, bury } = await startApi();
    for (let i = 0; i < 60; i++)
      await bury(
        'events',
        parked({ ...eventOf('photos', `${i}.jpg`), filler: 'x'.repeat(60_000) }, 'unexpected'),
        parked(eventOf('docs', `${i}.jpg`), 'unexpected'),
      );
    const paths: string[] = [];
    let pages = 0;
    for (let next: string | undefined = 'container=photos&code=unexpected'; next !== undefined; pages++) {
      const { status, body: text, headers = {} } = await api.export(query(next));
      expect([status, typeof text]).toEqual([200, 'string']);
      expect(String(text).length).toBeLessThan(2_097_152 + 70_000);
      const lines = String(text).trimEnd().split('\n');
      const parsed = lines.map((line) => JSON.parse(line) as { path: string; next?: string });
      const last = parsed.at(-1)?.next === undefined ? undefined : parsed.pop()?.next;
      expect(headers['link']).toBe(last && `<${last}>; rel="next"`);
      paths.push(...parsed.map(({ path }) => path));
      next = last?.slice(1);
    }
    expect(paths).toEqual(Array.from({ length: 60 }, (_, i) => `${i}.jpg`));
    expect(pages).toBe(2);
  });

  it('are not filtered by the function key, which Azure takes as the parameter code, too', async () => {
    const { api, bury } = await startApi();
    await bury('events', parked(eventOf('photos', 'a'), 'unexpected'));
    for (const act of [api.list, api.export]) {
      const answer = await act(query('code=aB3_dEfG-hIjK0123456789lmnopqrstuvwxyzABCDEFGHIJKAzFuQ=='));
      expect(answer.status).toBe(400);
      expect(jsonOf(answer)).toMatchObject({
        error: { code: 'request-invalid', message: expect.stringContaining('x-functions-key') as string },
      });
      expect(answer.body).not.toContain('aB3_');
    }
  });

  it('are acknowledged up to now: what comes later is not', async () => {
    const { api, bury } = await startApi();
    const event = eventOf('photos', 'cat.jpg');
    await bury('events', parked(event, 'storage-rejected'), { body: 'poison' });
    expect(await api.acknowledge()).toMatchObject({
      status: 200,
      body: expect.stringMatching(/^\{"until":"/) as string,
    });
    expect(jsonOf(await api.summary())).toMatchObject({ count: 2, acknowledged: 2, oldest: null });
    await bury('events', parked(event, 'unexpected'));
    expect(jsonOf(await api.summary())).toMatchObject({
      count: 3,
      acknowledged: 2,
      oldest: expect.any(String) as string,
    });
  });

  it('are replayed and purged, and never purged without a confirmation', async () => {
    const { api, bury, counts } = await startApi();
    for (const code of ['unexpected', 'storage-rejected'])
      await bury('events', parked(eventOf('photos', 'a'), code), parked(eventOf('photos', 'b'), code));
    expect(jsonOf(await api.replay(body({ code: 'unexpected', dryRun: true })))).toMatchObject({
      replayed: 2,
      gone: 0,
      failed: 0,
      dryRun: true,
    });
    expect(jsonOf(await api.replay(body({ code: 'unexpected' })))).toEqual({
      replayed: 2,
      gone: 0,
      failed: 0,
      isComplete: true,
    });
    const refused = await api.purge(body({ all: true }));
    expect(refused.status).toBe(400);
    expect(jsonOf(refused)).toMatchObject({ error: { code: 'request-invalid' } });
    expect(counts('events')).toEqual({ active: 2, deadLetter: 2 });
    expect(jsonOf(await api.purge(body({ all: true, confirm: true })))).toMatchObject({ purged: 2 });
    expect(counts('events')).toEqual({ active: 2, deadLetter: 0 });
  });

  it('are replayed no longer than a load balancer waits for the answer', async () => {
    const { api } = await startApi();
    const limit = vi.spyOn(AbortSignal, 'timeout');
    await api.replay(body({ all: true }));
    await api.purge(body({ all: true, confirm: true }));
    expect(limit.mock.calls.filter(([ms]) => ms === 180_000)).toHaveLength(2);
    limit.mockRestore();
  });

  it('are not selected by a code that there is not, and take the code of another release', async () => {
    const { api, bury } = await startApi();
    await bury('events', parked(eventOf('photos', 'a'), 'of-another-release'));
    const typo = { code: 'storage-rejectd' };
    for (const answer of [
      await api.list(query('code=storage-rejectd')),
      await api.export(query('code=storage-rejectd')),
      await api.replay(body(typo)),
      await api.purge(body({ ...typo, confirm: true })),
    ])
      expect(answer).toMatchObject({
        status: 400,
        body: expect.stringContaining('did you mean storage-rejected?') as string,
      });
    expect(jsonOf(await api.replay(body({ code: 'of-another-release', dryRun: true })))).toMatchObject({
      replayed: 1,
    });
  });

  it.each([
    ['replay', '', 'must select dead letters in one way'],
    ['replay', '{"ids": []}', 'ids'],
    ['replay', '{"all": true, "code": "x"}', 'must select dead letters in one way'],
    ['replay', '{"ids": ["events:1"], "all": true}', 'must select dead letters in one way'],
    ['replay', '{"everything": true}', 'everything'],
    ['replay', '{"ids": ["../1"]}', 'is no dead-letter id'],
    ['purge', 'x', 'the body is not JSON'],
  ] as const)('refuse to %s by %o with one line', async (act, text, line) => {
    const { api } = await startApi();
    const answer = await api[act](text);
    expect(answer.status).toBe(400);
    expect(jsonOf(answer)).toMatchObject({ error: { message: expect.stringContaining(line) as string } });
  });

  it('answer 404 for an absent dead letter and 400 for a wrong id, page or limit', async () => {
    const { api } = await startApi();
    expect((await api.show('events:5')).status).toBe(404);
    expect((await api.show('other:5')).status).toBe(400);
    expect((await api.show(undefined)).status).toBe(400);
    expect((await api.list(query('limit=0'))).status).toBe(400);
    expect((await api.list(query('from=here'))).status).toBe(400);
    expect((await api.export(query('from=here'))).status).toBe(400);
  });
});
