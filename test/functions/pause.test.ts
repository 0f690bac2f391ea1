import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { Host } from '../../src/host/start-host.ts';
import { MemoryDocuments } from '../memory/memory-documents.ts';
import { immediately } from '../memory/schedule.ts';
import { createSilentLogger } from '../support/silent-logger.ts';
import { admitted } from './support/admitted.ts';
import { SETTINGS, startApp } from './support/start-app.ts';

const documents = new MemoryDocuments();

vi.mock('../../src/wiring/open-identity.ts', async (original) => ({
  ...(await original<object>()),
  openIdentity: () => admitted(documents.through(immediately)),
}));

let host: Host;

beforeAll(async () => {
  for (const [name, value] of Object.entries(SETTINGS)) vi.stubEnv(name, value);
  host = await startApp(['pause'], createSilentLogger());
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await host.stop();
});
beforeEach(() => {
  documents.stored.clear();
});

async function post(path: string, body?: string): Promise<{ status: number; json: unknown }> {
  const answer = await fetch(`${host.baseUrl ?? ''}/api/${path}`, {
    method: 'POST',
    ...(body !== undefined && { body }),
  });
  return { status: answer.status, json: await answer.json() };
}

function stored(): unknown {
  return JSON.parse(documents.stored.get('control/pause')?.text ?? 'null');
}

it('POST /api/pause pauses mirroring, and answers since when and why', async () => {
  const { status, json } = await post('pause', '{"reason":"a move"}');
  expect([status, json]).toEqual([
    200,
    { paused: { since: expect.stringMatching(/^\d{4}-.*Z$/) as unknown, by: 'http', reason: 'a move' } },
  ]);
  expect(stored()).toEqual({ format: 1, ...(json as object), ended: [] });
  // Whoever pauses once more is told of the pause that holds.
  expect(await post('pause')).toEqual({ status: 200, json });
});

it('POST /api/resume resumes mirroring, whether it was paused or not', async () => {
  await post('pause');
  for (let i = 0; i < 2; i++) expect(await post('resume')).toEqual({ status: 200, json: { paused: null } });
  expect(stored()).toMatchObject({ paused: null, ended: [{}] });
});

it.each([['{'], ['[]'], ['{"reason":""}'], ['{"reason":7}'], ['{"until":"tomorrow"}']])(
  'the body %s is refused with one line, and nothing is paused',
  async (body) => {
    const { status, json } = await post('pause', body);
    expect(status).toBe(400);
    expect(json).toMatchObject({ error: { code: 'request-invalid' } });
    expect(stored()).toBeNull();
  },
);
