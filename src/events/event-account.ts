import { type Envelope, URL_FIELDS } from './envelope.ts';
import { textOf } from './json.ts';
import { accountOfUrl } from './storage-url.ts';

const RESOURCE_ID = /\/storageAccounts\/([^/]+)/i;

/**
 * The storage account that an event names, in lower case: in its topic or source, else in its url. Undefined when
 * neither does; a custom domain in the url says nothing about the account.
 */
export function eventAccount(envelope: Envelope): string | undefined {
  const named = RESOURCE_ID.exec(envelope.origin ?? '')?.[1];
  const url = URL_FIELDS.map((field) => textOf(envelope.data, field)).find((text) => text !== undefined);
  return (named ?? (url === undefined ? undefined : accountOfUrl(url)))?.toLowerCase();
}
