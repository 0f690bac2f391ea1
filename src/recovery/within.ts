import { BlobmirrorError } from '../model/errors.ts';

/**
 * The outcome of a call, or `storage-unavailable` when it took too long: somebody waits for a status who is on call, and
 * a connection takes minutes to notice that nobody is there.
 */
export async function within<Result>(ms: number, what: string, call: () => Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new BlobmirrorError('storage-unavailable', `${what} did not answer within ${ms / 1000} s`);
    timer = setTimeout(() => reject(error), ms);
  });
  try {
    return await Promise.race([call(), late]);
  } finally {
    clearTimeout(timer);
  }
}
