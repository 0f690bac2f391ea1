import type { AccessToken, TokenCredential } from '@azure/core-auth';
import {
  type BlobServiceClient,
  ContainerSASPermissions,
  type HttpAuthorization,
  type SASQueryParameters,
  type UserDelegationKey,
  generateBlobSASQueryParameters,
} from '@azure/storage-blob';
import type { Account } from '../account/connect-account.ts';
import { blobUrl } from '../blob/blob-client.ts';
import { toStorageError } from '../errors/storage-error.ts';
import { theServiceClock } from '../../clock/observed-clock.ts';
import { BlobmirrorError } from '../../model/errors.ts';
import type { ContainerName, Key } from '../../model/key.ts';

/** What the backup account needs to read the source by itself. The URL may hold a signature: never log it. */
export interface CopySource {
  readonly url: string;
  readonly sourceAuthorization?: HttpAuthorization;
}

/** Authorises the backup account to read one blob of the source. */
export interface CopySources {
  /** For one request: a signature over the container, the account's SAS, or a token beside the URL. */
  grant(key: Key): Promise<CopySource>;
  /**
   * For an asynchronous copy, which takes no token and reads for as long as it runs: a URL that is signed for
   * a week, by the account's key or, for an identity, by a user delegation key. A SAS is passed on as it is.
   */
  sign(key: Key): Promise<string>;
}

const HOUR_MS = 3_600_000;
const REQUEST_MS = HOUR_MS;
/** The longest that a delegated key, and so its signature, may be valid is a week: learn.microsoft.com/rest/api/storageservices/get-user-delegation-key */
const COPY_MS = 7 * 24 * HOUR_MS - HOUR_MS;
const KEY_CLOCK_SKEW_MS = 300_000;
const STORAGE_SCOPE = 'https://storage.azure.com/.default';

export function createCopySources(source: Account): CopySources {
  const { authorization, client, negotiatedVersion } = source;
  const delegationKeys = createDelegationKeys(client);
  const urlOf = (key: Key): string => blobUrl(source, key);

  const signForRequest = createSignatures(REQUEST_MS, versionOf, signContainer, () => eitherClock().latest);
  const signForCopy = createSignatures(COPY_MS, versionOf, signContainer);

  /** The source checks its own signature by a service version that it supports. */
  function versionOf(): string {
    return negotiatedVersion.versionToSend(client.version);
  }

  async function signContainer(
    containerName: ContainerName,
    until: Date,
    version: string,
  ): Promise<SASQueryParameters> {
    const values = {
      containerName,
      permissions: ContainerSASPermissions.from({ read: true }),
      startsOn: new Date(eitherClock().earliest - KEY_CLOCK_SKEW_MS),
      expiresOn: until,
      version,
    };
    return authorization.kind === 'key'
      ? generateBlobSASQueryParameters(values, authorization.credential)
      : generateBlobSASQueryParameters(values, await delegationKeys(until), source.name);
  }

  return {
    grant: async (key) => {
      switch (authorization.kind) {
        case 'key':
          return { url: `${urlOf(key)}?${await signForRequest(key.container)}` };
        case 'sas':
          return { url: authorization.sas.sign(urlOf(key)) };
        case 'identity': {
          const value = await requestToken(authorization.credential, source.name);
          return { url: urlOf(key), sourceAuthorization: { scheme: 'Bearer', value } };
        }
      }
    },
    sign: async (key) =>
      authorization.kind === 'sas'
        ? authorization.sas.sign(urlOf(key))
        : `${urlOf(key)}?${await signForCopy(key.container)}`,
  };
}

/**
 * Where our clock and that of the account differ, a signature is valid by both: the account's time may have
 * been written by a proxy.
 */
function eitherClock(): { readonly earliest: number; readonly latest: number } {
  const times = [theServiceClock.begin().own, theServiceClock.now().getTime()];
  return { earliest: Math.min(...times), latest: Math.max(...times) };
}

async function requestToken(credential: TokenCredential, account: string): Promise<string> {
  let token: AccessToken | null;
  try {
    token = await credential.getToken(STORAGE_SCOPE);
  } catch (error) {
    throw toStorageError(error, 'read', account);
  }
  if (token !== null) return token.token;
  throw new BlobmirrorError('storage-forbidden', `no token could be obtained for ${account}`, {
    context: { account },
  });
}

/** Signatures by container, each reused for half of its validity, while the service version is the same. */
function createSignatures(
  validMs: number,
  versionOf: () => string,
  sign: (container: ContainerName, until: Date, version: string) => Promise<SASQueryParameters>,
  time = () => theServiceClock.now().getTime(),
): (container: ContainerName) => Promise<string> {
  const known = new Map<ContainerName, { query: string; from: number; until: Date; version: string }>();
  return async (container) => {
    const signed = known.get(container);
    const version = versionOf();
    const now = time();
    if (signed?.version === version && now > signed.from && now < signed.until.getTime() - validMs / 2)
      return signed.query;
    const until = new Date(now + validMs);
    const query = (await sign(container, until, version)).toString();
    known.set(container, { query, from: now - KEY_CLOCK_SKEW_MS, until, version });
    return query;
  };
}

/**
 * User delegation keys, with which an identity signs. A new one is requested when the last one ends before
 * the required time; that takes the role action `generateUserDelegationKey`.
 */
export function createDelegationKeys(client: BlobServiceClient): (until: Date) => Promise<UserDelegationKey> {
  let known: { readonly key: Promise<UserDelegationKey>; readonly until: Date } | undefined;

  async function ask(until: Date): Promise<UserDelegationKey> {
    try {
      return await client.getUserDelegationKey(
        new Date(theServiceClock.now().getTime() - KEY_CLOCK_SKEW_MS),
        until,
      );
    } catch (error) {
      known = undefined;
      throw toStorageError(error, 'read', client.accountName);
    }
  }

  return async (until) => {
    if (known === undefined || known.until < until) known = { key: ask(until), until };
    return await known.key;
  };
}

/**
 * Characters: x-ms-copy-source takes 2 KiB (learn.microsoft.com/rest/api/storageservices/put-blob-from-url).
 */
const LONGEST_SOURCE = 2048;

/**
 * A name of 230 Japanese characters exceeds that in a URL, and a name may have 1,024 characters of any
 * script.
 */
export class SourceUrlTooLong extends BlobmirrorError {
  constructor() {
    super('copy-not-possible', `its URL is longer than the ${LONGEST_SOURCE} characters of a copy source`);
  }
}

/**
 * The same sources, without URLs that are too long for any service (azure-powershell#16628). @throws
 * SourceUrlTooLong
 */
export function shortCopySources(sources: CopySources): CopySources {
  return {
    grant: async (key) => {
      const granted = await sources.grant(key);
      refuseLong(granted.url);
      return granted;
    },
    sign: async (key) => {
      const url = await sources.sign(key);
      refuseLong(url);
      return url;
    },
  };
}

function refuseLong(url: string): void {
  if (url.length > LONGEST_SOURCE) throw new SourceUrlTooLong();
}
