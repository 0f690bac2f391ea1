import {
  ContainerSASPermissions,
  generateBlobSASQueryParameters,
  type HttpAuthorization,
} from '@azure/storage-blob';
import { BlobmirrorError } from '../model/errors.js';
import type { ContainerName, Key } from '../model/key.js';
import type { Account } from './connect-account.js';

/** What the backup account is told so that it may read the source by itself. The URL may hold a signature: never log it. */
export interface CopySource {
  readonly url: string;
  readonly sourceAuthorization?: HttpAuthorization;
}

const VALID_MS = 3_600_000;
const RENEW_BEFORE_MS = 1_800_000;
const CLOCK_SKEW_MS = 300_000;
const STORAGE_SCOPE = 'https://storage.azure.com/.default';

export type CreateCopySource = (key: Key) => Promise<CopySource>;

/** Grants the backup account to read one blob of the source: by a signature over its container, its SAS, or a token. */
export function createCopySource(source: Account): CreateCopySource {
  const signatures = new Map<ContainerName, { query: string; until: number }>();

  function sign(container: ContainerName): string {
    const { authorization } = source;
    if (authorization.kind !== 'key') throw new Error('only an account key can sign');
    const known = signatures.get(container);
    if (known !== undefined && known.until - RENEW_BEFORE_MS > Date.now()) return known.query;
    const until = Date.now() + VALID_MS;
    const query = generateBlobSASQueryParameters(
      {
        containerName: container,
        permissions: ContainerSASPermissions.from({ read: true }),
        startsOn: new Date(Date.now() - CLOCK_SKEW_MS),
        expiresOn: new Date(until),
      },
      authorization.credential,
    ).toString();
    signatures.set(container, { query, until });
    return query;
  }

  return async ({ container, path }) => {
    const { url } = source.client.getContainerClient(container).getBlobClient(path);
    switch (source.authorization.kind) {
      case 'key':
        return { url: `${url}?${sign(container)}` };
      case 'sas':
        return { url };
      case 'identity': {
        const token = await source.authorization.credential.getToken(STORAGE_SCOPE);
        if (token === null)
          throw new BlobmirrorError('storage-forbidden', `no token could be had for ${source.name}`);
        return { url, sourceAuthorization: { scheme: 'Bearer', value: token.token } };
      }
    }
  };
}
