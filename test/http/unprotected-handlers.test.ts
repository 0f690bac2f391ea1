import { expect, it } from 'vitest';
import type { HttpAnswer } from '../../src/http/answer.ts';
import { createUnprotectedHandlers } from '../../src/http/unprotected-handlers.ts';
import { BlobmirrorError } from '../../src/model/errors.ts';
import { createSilentLogger } from '../support/silent-logger.ts';

const jsonOf = ({ body }: HttpAnswer): unknown => JSON.parse(body as string);
const page = { keys: [], next: null, byReason: {}, more: [], isComplete: true, unknown: [] };

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
