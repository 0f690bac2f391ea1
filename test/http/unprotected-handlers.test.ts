import { expect, it } from 'vitest';
import type { HttpAnswer } from '../../src/http/answer.ts';
import { createUnprotectedHandlers } from '../../src/http/unprotected-handlers.ts';
import { BlobmirrorError } from '../../src/model/errors.ts';
import { createSilentLogger } from '../support/silent-logger.ts';

const jsonOf = ({ body }: HttpAnswer): unknown => JSON.parse(body as string);
const page = { keys: [], next: null, byReason: {}, more: [], isComplete: true, unknown: [], waiting: 0 };

it('acknowledging is answered with the number of keys, or with the error', async () => {
  const list = async () => await Promise.resolve(page);
  const log = createSilentLogger();
  const done = createUnprotectedHandlers(
    { list, acknowledge: async () => await Promise.resolve({ acknowledged: 3, deadLetters: 1 }) },
    log,
  );
  const answered = await done.acknowledge();
  expect(answered.status).toBe(200);
  expect(jsonOf(answered)).toEqual({ acknowledged: 3, deadLetters: 1 });
  const failing = createUnprotectedHandlers(
    { list, acknowledge: async () => await Promise.reject(new BlobmirrorError('storage-unavailable', 'x')) },
    log,
  );
  const refused = await failing.acknowledge();
  expect(refused.status).toBe(503);
  expect(jsonOf(refused)).toMatchObject({ error: { code: 'storage-unavailable' } });
});

it('a reason or container that does not exist is an error of the request', async () => {
  const refuse = async () => await Promise.reject(new BlobmirrorError('request-invalid', 'did you mean'));
  const acknowledge = async () => await Promise.resolve({ acknowledged: 0, deadLetters: 0 });
  const { list } = createUnprotectedHandlers({ list: refuse, acknowledge }, createSilentLogger());
  const answered = await list(new URLSearchParams({ reason: 'x' }));
  expect(answered.status).toBe(400);
  expect(jsonOf(answered)).toMatchObject({ error: { code: 'request-invalid', message: 'did you mean' } });
});
