import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BlobmirrorError, type ErrorCode, toBlobmirrorError } from '../../src/model/errors.ts';
import { anyLie, type Lie } from './support/lies.ts';
import {
  type Behind,
  type Operation,
  type Prepared,
  startFlatBehindLiar,
  startTreeBehindLiar,
} from './support/operations.ts';
import { budget } from '../support/budgets.ts';

/** Errors that a false answer may cause: retryable, and without a statement about the blob or the account. */
const HONEST: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'answer-not-of-service',
  'write-outcome-unknown',
  'storage-unavailable',
  'storage-throttled',
  'absence-not-proven',
  'race-lost',
  'content-damaged',
]);
/** A proxy that asks for credentials of its own says so. */
const OF_PROXY = 407;

/**
 * The answer that the service itself would give to a write, which no client could recognize as false. A 204
 * has no body, whatever is sent.
 */
function isItsVeryAnswer({ writes }: Operation, { headers, body, isDone, type, status }: Lie): boolean {
  return (
    writes &&
    !isDone &&
    headers === 'service' &&
    (body === 'empty' || status === 204) &&
    type?.startsWith('text/html') !== true &&
    status < 300
  );
}

/** A wrong result or error; undefined: none. */
async function whatIsWrong({ act, isTrue }: Prepared, { status }: Lie): Promise<unknown> {
  let result: unknown;
  try {
    result = await act();
  } catch (error) {
    const { code, disposition, message } = toBlobmirrorError(error);
    const isHonest = HONEST.has(code) || (code === 'storage-forbidden' && status === OF_PROXY);
    const isOurs = error instanceof BlobmirrorError && !message.includes('Sign in');
    return isOurs && isHonest && disposition === 'retry' ? undefined : { error: { code, message } };
  }
  return (await isTrue(result)) ? undefined : { result };
}

describe.each([
  ['a flat account', startFlatBehindLiar, 300],
  ['a hierarchical account', startTreeBehindLiar, 150],
])('a false answer, in front of %s', (_, start, numRuns) => {
  let behind: Behind;
  beforeAll(async () => {
    behind = await start();
  });
  afterAll(async () => {
    await behind.stop();
  });

  it('is a retryable failure, or does no harm: never a success, an absence, an empty listing or an unexpected error', async () => {
    const { liar, operations } = behind;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...operations), anyLie, async (operation, lie) => {
        fc.pre(!isItsVeryAnswer(operation, lie));
        const prepared = await operation.prepare();
        liar.lie(lie);
        const wrong = await whatIsWrong(prepared, lie);
        liar.lie(undefined);
        expect([operation.name, wrong]).toEqual([operation.name, undefined]);
      }),
      { numRuns: budget(numRuns) },
    );
    expect(liar.strangers()).toBe(0);
  });
});
