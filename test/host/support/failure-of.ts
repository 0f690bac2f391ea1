import { BlobmirrorError } from '../../../src/model/errors.ts';

/** The error that the promise rejects with; fails the test when it does not, or with an error that has no code. */
export async function failureOf(promise: Promise<unknown>): Promise<BlobmirrorError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof BlobmirrorError) return error;
    throw error;
  }
  throw new Error('This should have failed');
}
