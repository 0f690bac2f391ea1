import { expect } from 'vitest';
import { BACKUP, SOURCE } from '@blobmirror/local/connections';

/** What a log must never hold: a signature, an account key, a key of Service Bus. */
const SECRETS: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['a SAS signature', /sig=|sig%3D/i],
  ['an account key', /AccountKey=/i],
  ['a Service Bus key', /SharedAccessKey=|SAS_KEY_VALUE/i],
  ['a signed request', /SharedKey [a-z]+:/i],
];

export function expectNoSecrets({ stdout, stderr }: { stdout: string; stderr: string }): void {
  const text = `${stdout}\n${stderr}`;
  const told = SECRETS.filter(([, pattern]) => pattern.test(text)).map(([what]) => what);
  for (const { name, key } of [SOURCE, BACKUP]) if (text.includes(key)) told.push(`the key of ${name}`);
  expect(told, 'secrets in what the process printed').toEqual([]);
}
