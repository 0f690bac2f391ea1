import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Host } from '../../src/host/start-host.ts';
import { BlobmirrorError } from '../../src/model/errors.ts';
import type { ErrorCode } from '../../src/model/errors.ts';
import { aRun } from '../support/a-run.ts';
import { createScriptedReconciler } from '../support/scripted-reconciler.ts';
import { createSilentLogger } from '../support/silent-logger.ts';
import { SETTINGS, startApp } from './support/start-app.ts';

let reconciler = createScriptedReconciler();

vi.mock('../../src/reconcile/runs/reconciler.ts', async (original) => ({
  ...(await original<object>()),
  // Each test has a reconciler of its own.
  createReconciler: () =>
    Object.fromEntries(
      Object.keys(reconciler).map((name) => [
        name,
        (...args: unknown[]) => (Reflect.get(reconciler, name) as (...given: unknown[]) => unknown)(...args),
      ]),
    ),
}));

const RUN = aRun();
let host: Host;
let url: string;

beforeAll(async () => {
  for (const [name, value] of Object.entries(SETTINGS)) vi.stubEnv(name, value);
  vi.stubEnv('BLOBMIRROR_EXCLUDE_CONTAINERS', 'private');
  const names = ['start', 'list', 'show', 'cancel', 'report'].map((name) => `reconcile-${name}`);
  host = await startApp(['reconcile'], createSilentLogger(), names);
  url = `${host.baseUrl ?? ''}/api/reconcile`;
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await host.stop();
});
beforeEach(() => {
  reconciler = createScriptedReconciler();
});

async function post(path = '', body?: string): Promise<{ status: number; headers: Headers; json: unknown }> {
  const response = await fetch(`${url}${path}`, { method: 'POST', ...(body !== undefined && { body }) });
  return { status: response.status, headers: response.headers, json: await response.json() };
}

async function get(path = ''): Promise<{ status: number; json: unknown }> {
  const response = await fetch(`${url}${path}`);
  return { status: response.status, json: await response.json() };
}

const failed = (code: ErrorCode, message: unknown = expect.any(String)): object => ({
  error: { code, message, hint: expect.stringMatching(/^[A-Z].*\.$/) as unknown },
});

describe('POST /api/reconcile', () => {
  it('begins a run of everything, and answers 202 with the run and where it is', async () => {
    const { status, headers, json } = await post();
    expect([status, json]).toEqual([202, RUN]);
    expect(new URL(headers.get('location') ?? '', url).pathname).toBe(`/api/reconcile/${RUN.id}`);
    expect(reconciler.requests).toEqual([{ dryRun: false, allowDeletes: [], reason: 'http' }]);
  });

  it('begins a run of what the body names', async () => {
    const asked = {
      container: 'photos',
      prefix: '2026/',
      dryRun: true,
      allowDeletes: ['photos'],
      deleteForeign: ['photos'],
      adopt: 'md5',
    };
    expect((await post('', JSON.stringify(asked))).status).toBe(202);
    expect(reconciler.requests).toEqual([{ ...asked, reason: 'http' }]);
  });

  it('answers 409 with the id of the run that is under way', async () => {
    reconciler.running = RUN.id;
    const { status, json } = await post('', '{}');
    expect([status, json]).toEqual([
      409,
      { ...failed('run-in-progress', `the run ${RUN.id} is under way`), running: RUN.id },
    ]);
  });

  it.each([
    ['{', 'the body is not JSON'],
    ['[]', 'expected object, received array'],
    ['{"container":"Photos"}', 'container: "Photos" is no valid container name'],
    ['{"container":7}', 'container: '],
    ['{"prefix":["a"]}', 'prefix: '],
    ['{"dryRun":"yes"}', 'dryRun: '],
    ['{"allowDeletes":["photos","UP"]}', 'allowDeletes.1: "UP" is no valid container name'],
    ['{"deleteForeign":["UP"]}', 'deleteForeign.0: "UP" is no valid container name'],
    ['{"adopt":"size"}', 'adopt: '],
    ['{"dry-run":true}', 'dry-run'],
    ['{"container":"private"}', 'the container private is not mirrored by the settings'],
    ['{"deleteForeign":["private"]}', 'the container private is not mirrored by the settings'],
    ['{"allowDeletes":["private"]}', 'the container private is not mirrored by the settings'],
  ])('answers 400 with one line to %s, and begins nothing', async (body, line) => {
    const { status, json } = await post('', body);
    expect([status, json]).toEqual([400, failed('request-invalid', expect.stringContaining(line))]);
    expect(JSON.stringify(json)).not.toContain('\\n');
    expect(reconciler.requests).toEqual([]);
  });
});

describe('GET /api/reconcile', () => {
  it('answers with the last runs, without what makes them large', async () => {
    reconciler.runs.set(RUN.id, aRun({ state: 'done' }));
    const { status, json } = await get();
    const { shards: _, containers: __, samples: ___, ...summary } = RUN;
    expect([status, json]).toEqual([200, { runs: [{ ...summary, state: 'done' }] }]);
  });
});

describe('GET /api/reconcile/{id}', () => {
  it('answers with the run', async () => {
    reconciler.runs.set(RUN.id, RUN);
    expect(await get(`/${RUN.id}`)).toEqual({ status: 200, json: RUN });
  });

  it.each(['', '/report'])('answers 404 when there is no such run: %s', async (path) => {
    expect(await get(`/${RUN.id}${path}`)).toEqual({
      status: 404,
      json: failed('run-not-found', `there is no run ${RUN.id}`),
    });
  });

  it.each(['1', '..%2Fcurrent', `${RUN.id}x`])('asks nobody for what is no id: %s', async (id) => {
    reconciler.failure = new Error('it was asked');
    expect(await get(`/${id}`)).toMatchObject({ status: 404, json: failed('run-not-found') });
  });
});

describe('POST /api/reconcile/{id}/cancel', () => {
  it('answers 202 with the run', async () => {
    reconciler.runs.set(RUN.id, RUN);
    expect(await post(`/${RUN.id}/cancel`)).toMatchObject({ status: 202, json: { state: 'cancelled' } });
  });

  it('answers 409 when the run has ended, and 404 when there is none', async () => {
    expect(await post(`/${RUN.id}/cancel`)).toMatchObject({ status: 404, json: failed('run-not-found') });
    reconciler.runs.set(RUN.id, aRun({ state: 'done' }));
    expect(await post(`/${RUN.id}/cancel`)).toMatchObject({ status: 409, json: failed('run-has-ended') });
  });
});

describe('GET /api/reconcile/{id}/report', () => {
  beforeEach(() => {
    reconciler.runs.set(RUN.id, RUN);
  });

  it('answers with lines of JSON', async () => {
    reconciler.lines.push('{"path":"a"}', '{"path":"ä"}');
    const response = await fetch(`${url}/${RUN.id}/report`);
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    expect(await response.text()).toBe('{"path":"a"}\n{"path":"ä"}\n');
  });

  it('answers with nothing when all was in step', async () => {
    expect(await (await fetch(`${url}/${RUN.id}/report`)).text()).toBe('');
  });

  it('answers with a page, whose header and last line name the next one', async () => {
    const asked: unknown[] = [];
    reconciler.reportPage = async (id, from) => {
      asked.push([id, from]);
      return await Promise.resolve({ lines: ['{"path":"a"}'], next: from === undefined ? 'c0/0/1' : null });
    };
    const response = await fetch(`${url}/${RUN.id}/report`);
    expect(response.headers.get('link')).toBe('<?from=c0%2F0%2F1>; rel="next"');
    expect(await response.text()).toBe('{"path":"a"}\n{"next":"?from=c0%2F0%2F1"}\n');
    const last = await fetch(new URL('?from=c0%2F0%2F1', `${url}/${RUN.id}/report`));
    expect([last.headers.get('link'), await last.text()]).toEqual([null, '{"path":"a"}\n']);
    expect(asked).toEqual([
      [RUN.id, undefined],
      [RUN.id, 'c0/0/1'],
    ]);
  });

  it('answers with a status when the report cannot be read from its beginning', async () => {
    reconciler.reportPage = async () =>
      await Promise.reject(new BlobmirrorError('storage-unavailable', 'the account did not answer'));
    expect(await get(`/${RUN.id}/report`)).toMatchObject({ status: 503 });
  });
});

describe('when something of ours is wrong', () => {
  it.each([
    ['storage-unavailable', 503],
    ['storage-throttled', 503],
    ['storage-forbidden', 503],
    ['queue-unavailable', 503],
    ['storage-rejected', 500],
  ] as const)('%s is answered with %i, everywhere', async (code, status) => {
    reconciler.failure = new BlobmirrorError(code, 'what happened', { retryAfterMs: 1500 });
    const answers = [post(), get(), get(`/${RUN.id}`), post(`/${RUN.id}/cancel`), get(`/${RUN.id}/report`)];
    for (const answer of await Promise.all(answers)) {
      expect(answer).toMatchObject({ status, json: failed(code, 'what happened') });
    }
    expect((await post()).headers.get('retry-after')).toBe('2');
  });

  it('an unexpected error is answered with 500, without its text, which may hold a secret', async () => {
    reconciler.failure = new Error('AccountKey=abc');
    const { status, json } = await get();
    expect([status, json]).toEqual([500, failed('unexpected')]);
    expect(JSON.stringify(json)).not.toContain('AccountKey');
  });
});
