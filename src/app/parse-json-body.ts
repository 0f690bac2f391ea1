import { BlobmirrorError } from '../model/errors.ts';

/**
 * The body of a request; none is as good as `{}`.
 *
 * @throws BlobmirrorError `request-invalid`
 */
export function parseJsonBody(body: string): unknown {
  if (body.trim() === '') return {};
  try {
    return JSON.parse(body) as unknown;
  } catch {
    throw new BlobmirrorError('request-invalid', 'the body is no JSON');
  }
}
