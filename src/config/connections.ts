import { BlobmirrorError } from '../model/errors.ts';
import { isServiceVersion, SERVICE_VERSIONS, type ServiceVersion } from '../model/service-version.ts';
import { type Environment, readOptional } from './environment.ts';

/** A storage account: by connection string, or by endpoint and identity. */
export type StorageConnection = {
  readonly accountName: string;
  /** The x-ms-version of all requests. Undefined for the newest that the account accepts. */
  readonly apiVersion?: ServiceVersion;
} & (
  | { readonly connectionString: string }
  | { readonly blobServiceUri: string; readonly clientId: string | undefined }
);

/** A Service Bus namespace: by connection string, or by host name and identity. */
export type ServiceBusConnection =
  | { readonly connectionString: string }
  | { readonly fullyQualifiedNamespace: string; readonly clientId: string | undefined };

/** @throws BlobmirrorError `setting-missing` or `setting-invalid` */
export function parseStorageConnection(env: Environment, name: string): StorageConnection {
  const apiVersion = readApiVersion(env, `${name}__apiVersion`);
  return { ...parseConnection(env, name), ...(apiVersion !== undefined && { apiVersion }) };
}

function parseConnection(env: Environment, name: string): StorageConnection {
  const { text, uri, clientId } = readEither(env, name, 'blobServiceUri', 'a storage connection string');
  if (text === undefined)
    return { accountName: accountOfUri(`${name}__blobServiceUri`, uri), blobServiceUri: uri, clientId };
  const parts = parseParts(text);
  const accountName = parts.get('accountname') ?? accountOfEndpoint(parts.get('blobendpoint'));
  if (accountName === undefined || !(parts.has('accountkey') || parts.has('sharedaccesssignature'))) {
    throw new BlobmirrorError(
      'setting-invalid',
      `${name} is not a storage connection string; it should hold AccountName and AccountKey, or SharedAccessSignature and a BlobEndpoint like https://ACCOUNT.blob.core.windows.net`,
    );
  }
  return { accountName, connectionString: text };
}

function readApiVersion(env: Environment, name: string): ServiceVersion | undefined {
  const text = readOptional(env, name);
  if (text === undefined || isServiceVersion(text)) return text;
  throw new BlobmirrorError(
    'setting-invalid',
    `${name} is ${JSON.stringify(text)}; it should be one of ${SERVICE_VERSIONS.join(', ')}`,
  );
}

/** @throws BlobmirrorError `setting-missing` or `setting-invalid` */
export function parseServiceBusConnection(env: Environment, name: string): ServiceBusConnection {
  const { text, uri, clientId } = readEither(
    env,
    name,
    'fullyQualifiedNamespace',
    'a Service Bus connection string',
  );
  if (text === undefined) return { fullyQualifiedNamespace: uri, clientId };
  const parts = parseParts(text);
  const hasKey = parts.has('sharedaccesskeyname') && parts.has('sharedaccesskey');
  if (parts.has('endpoint') && (hasKey || parts.has('sharedaccesssignature')))
    return { connectionString: text };
  throw new BlobmirrorError(
    'setting-invalid',
    `${name} is not a Service Bus connection string; it should hold Endpoint, SharedAccessKeyName and SharedAccessKey`,
  );
}

type Either =
  | { readonly text: string; readonly uri: undefined; readonly clientId: undefined }
  | { readonly text: undefined; readonly uri: string; readonly clientId: string | undefined };

function readEither(env: Environment, name: string, property: string, meaning: string): Either {
  const text = readOptional(env, name);
  const uri = readOptional(env, `${name}__${property}`);
  if (text !== undefined && uri !== undefined) {
    throw new BlobmirrorError(
      'setting-invalid',
      `${name} and ${name}__${property} are both set; set only one of them`,
    );
  }
  if (text !== undefined) return { text, uri: undefined, clientId: undefined };
  if (uri !== undefined) return { text: undefined, uri, clientId: readOptional(env, `${name}__clientId`) };
  throw new BlobmirrorError(
    'setting-missing',
    `${name} is not set; it should be ${meaning} (or set ${name}__${property})`,
  );
}

function parseParts(text: string): Map<string, string> {
  const pairs = text.split(';').filter((part) => part.includes('='));
  return new Map(
    pairs.map((part) => [
      part.slice(0, part.indexOf('=')).trim().toLowerCase(),
      part.slice(part.indexOf('=') + 1).trim(),
    ]),
  );
}

function accountOfUri(name: string, uri: string): string {
  const account = accountOfEndpoint(uri);
  if (account !== undefined) return account;
  throw new BlobmirrorError(
    'setting-invalid',
    `${name} is ${JSON.stringify(uri)}; it should be like https://ACCOUNT.blob.core.windows.net`,
  );
}

const ACCOUNT_HOST = /^([a-z0-9]+)(?:-[a-z0-9]+)?(?:\.z\d+)?\.blob\./;

/**
 * The account that an endpoint names: by its host, or by the first segment of the path when the host is an IP address or
 * a single word. Undefined for any other host, such as a custom domain: with a wrong name, every event would be ignored as
 * one of another account.
 */
function accountOfEndpoint(endpoint: string | undefined): string | undefined {
  if (endpoint === undefined || !URL.canParse(endpoint)) return undefined;
  const { hostname, pathname, protocol } = new URL(endpoint);
  if (protocol !== 'https:' && protocol !== 'http:') return undefined;
  const pathStyle = !hostname.includes('.') || /^[\d.]+$/.test(hostname);
  return (pathStyle ? pathname.split('/')[1] : ACCOUNT_HOST.exec(hostname)?.[1]) || undefined;
}
