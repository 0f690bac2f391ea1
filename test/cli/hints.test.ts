import { expect, it } from 'vitest';
import { hintOf } from '../../src/cli/hints.ts';
import { BlobmirrorError } from '../../src/model/errors.ts';

it('a command whose queue does not answer is told what to do, and not what becomes of a message', () => {
  const error = new BlobmirrorError('queue-unavailable', 'it did not answer');
  expect(hintOf(error, {})).toMatch(/^Service Bus does not answer\. Run "blobmirror check"/);
  expect(hintOf(error, { local: true })).toContain('stop "npm start" and run it again');
});

it('a hint of its own comes before the general one', () => {
  const error = new BlobmirrorError('request-invalid', 'no key', { hint: 'Run "blobmirror status".' });
  expect(hintOf(error, { local: true })).toBe('Run "blobmirror status --local".');
  expect(hintOf(new BlobmirrorError('request-invalid', 'no key'), {})).toBe('Nothing was done.');
});
