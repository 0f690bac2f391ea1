import {
  type BlobAddress,
  type Envelope,
  URL_FIELDS,
  accountOfUrl,
  readEnvelope,
  readStorageUrl,
  readSubject,
  textOf,
} from './envelope.ts';
import { BlobmirrorError, toBlobmirrorError } from '../model/errors.ts';
import type { Hint } from '../model/hint.ts';
import { type Key, type Prefix, type Rename, keyText, parseContainerName, parseKey } from '../model/key.ts';

/**
 * Reads an event into a hint.
 *
 * @param enqueuedTime the time of an event that has none that can be parsed
 * @throws BlobmirrorError `message-not-event`, `event-type-unknown`, `event-key-invalid`
 */
export function readEvent(event: unknown, enqueuedTime: Date): Hint {
  const envelope = readEnvelope(event);
  return {
    ...readEventKeys(envelope),
    account: readEventAccount(envelope),
    eventId: envelope.id,
    eventType: envelope.type ?? '',
    eventTime: envelope.time ?? enqueuedTime,
    silentChanges: expectSilentChanges(envelope),
    event,
  };
}

const RENAME_URLS: readonly string[] = ['destinationUrl', 'sourceUrl'];

/** The fields of an event's data that name its blobs; for a rename the new name first, as in its subject. */
const URLS_OF_TYPE: ReadonlyMap<string, readonly string[]> = new Map([
  ['Microsoft.Storage.BlobCreated', ['url']],
  ['Microsoft.Storage.BlobDeleted', ['url']],
  ['Microsoft.Storage.BlobTierChanged', ['url']],
  ['Microsoft.Storage.BlobRenamed', RENAME_URLS],
  ['Microsoft.Storage.DirectoryCreated', ['url']],
  ['Microsoft.Storage.DirectoryDeleted', ['url']],
  ['Microsoft.Storage.DirectoryRenamed', RENAME_URLS],
  // Not AsyncOperationInitiated: it says that a rehydration has started, and a BlobTierChanged follows at its end.
]);

/** The types of events that tell of a change; what Event Grid is asked to deliver. */
export const EVENT_TYPES: readonly string[] = [...URLS_OF_TYPE.keys()];

/** Events that may stand for everything below a directory. SFTP has one rename type for files and directories. */
const DEEP_TYPES: ReadonlySet<string> = new Set([
  'Microsoft.Storage.BlobRenamed',
  'Microsoft.Storage.DirectoryDeleted',
  'Microsoft.Storage.DirectoryRenamed',
]);

/** The keys that an event names. */
interface EventKeys {
  readonly keys: readonly Key[];
  readonly prefixes: readonly Prefix[];
  readonly rename: Rename | undefined;
  readonly isDeep: boolean;
}

/**
 * The keys that an event names: at least one, each once. And for names that are not certain, the prefixes below which its
 * blobs are.
 *
 * The subject is documented to hold the name as it is. The url is usually percent-encoded, but not by every writer. If
 * both name the same blob, that is the key; if they differ, every reading of either is a key.
 *
 * @throws BlobmirrorError `event-type-unknown`, `event-key-invalid`
 */
function readEventKeys(envelope: Envelope): EventKeys {
  const subject = readSubject(envelope.subject ?? '');
  const urls = urlFields(envelope).map((field) => readStorageUrl(textOf(envelope.data, field) ?? ''));
  const places = urls.flatMap((readings) => plausibleReadings(readings, subject));
  const keys = toKeys(subject === undefined ? places : [subject, ...places]);
  const prefixes = certainPrefixes(spellingsOf(urls, subject));
  return {
    keys,
    prefixes,
    rename: prefixes.length === 0 ? toRename(subject, urls) : undefined,
    // An event without a type may be one of those.
    isDeep: envelope.type === undefined || DEEP_TYPES.has(envelope.type),
  };
}

/** @throws BlobmirrorError `event-type-unknown` */
function urlFields({ type, data }: Envelope): readonly string[] {
  if (type === undefined) return RENAME_URLS.every((field) => textOf(data, field)) ? RENAME_URLS : ['url'];
  const fields = URLS_OF_TYPE.get(type);
  if (fields !== undefined) return fields;
  throw new BlobmirrorError(
    'event-type-unknown',
    `no event of type ${JSON.stringify(type.slice(0, 80))} is mirrored`,
  );
}

/** By the likeliest reading of each name. A wrong guess only costs requests: both accounts are read before anything is done. */
function toRename(
  subject: BlobAddress | undefined,
  [destinations, sources]: readonly (readonly BlobAddress[])[],
): Rename | undefined {
  const [to, from] = [subject ?? destinations?.[0], sources?.[0]];
  if (to === undefined || from === undefined) return undefined;
  try {
    return { from: parseKey(from.container, from.path), to: parseKey(to.container, to.path) };
  } catch {
    // What is no name cannot be renamed; the keys tell of it.
    return undefined;
  }
}

/** The readings of a url to check: only the likeliest if the subject confirms it. */
function plausibleReadings(
  readings: readonly BlobAddress[],
  subject: BlobAddress | undefined,
): readonly BlobAddress[] {
  const [likeliest] = readings;
  if (likeliest === undefined || subject === undefined) return readings;
  return isSameName(subject, likeliest) ? [likeliest] : readings;
}

/** The names in the event, each in its spellings. The subject belongs to the first url. */
function spellingsOf(
  urls: readonly (readonly BlobAddress[])[],
  subject: BlobAddress | undefined,
): readonly (readonly BlobAddress[])[] {
  const [first, ...others] = urls.map((readings) => readings.slice(0, 1));
  const same = first?.filter((place) => subject === undefined || isSameName(subject, place)) ?? [];
  const different = first?.filter((place) => !same.includes(place)) ?? [];
  return [[...(subject === undefined ? [] : [subject]), ...same], different, ...others];
}

function toKeys(places: readonly BlobAddress[]): readonly Key[] {
  const keys = new Map<string, Key>();
  let refusal: BlobmirrorError | undefined;
  for (const place of places) {
    try {
      const key = parseKey(place.container, place.path);
      keys.set(keyText(key), key);
    } catch (thrown) {
      refusal ??= toBlobmirrorError(thrown);
    }
  }
  if (keys.size > 0) return [...keys.values()];
  throw refusal ?? new BlobmirrorError('event-key-invalid', 'neither the subject nor the url names a blob');
}

/** Replaces half a character that was lost. A blob's own name may hold it too: they cannot be told apart. */
const LOST = '\uFFFD';

/**
 * What Event Grid does to a name on its way into a subject: each half of a character beyond the basic plane was seen
 * to become U+FFFD (github.com/Azure-Samples/azure-event-grid-viewer/issues/9). A run of either, as one match.
 */
const LOSSES = /[\u{10000}-\u{10FFFF}\uFFFD]+/gu;

/** Whether two addresses are the same apart from lost characters. */
function isSameName(one: BlobAddress, other: BlobAddress): boolean {
  return (
    one.container === other.container &&
    (one.path === other.path || one.path.replace(LOSSES, LOST) === other.path.replace(LOSSES, LOST))
  );
}

/** For each name of which every spelling lost characters: the longest certain prefix, each once. */
function certainPrefixes(names: readonly (readonly BlobAddress[])[]): readonly Prefix[] {
  const prefixes = new Map<string, Prefix>();
  for (const spellings of names) {
    const lengths = spellings.map((place) => place.path.indexOf(LOST));
    const [place] = spellings;
    if (place === undefined || lengths.includes(-1)) continue;
    const longest = spellings[lengths.indexOf(Math.max(...lengths))] ?? place;
    const path = longest.path.slice(0, Math.max(...lengths));
    try {
      prefixes.set(`${place.container}/${path}`, { container: parseContainerName(place.container), path });
    } catch {
      // No container, so no blob: the keys tell of it.
    }
  }
  return [...prefixes.values()];
}

const RESOURCE_ID = /\/storageAccounts\/([^/]+)/i;

/**
 * The storage account that an event names, in lower case: in its topic or source, else in its url. Undefined when
 * neither does; a custom domain in the url says nothing about the account.
 */
function readEventAccount(envelope: Envelope): string | undefined {
  const named = RESOURCE_ID.exec(envelope.origin ?? '')?.[1];
  const url = URL_FIELDS.map((field) => textOf(envelope.data, field)).find((text) => text !== undefined);
  return (named ?? (url === undefined ? undefined : accountOfUrl(url)))?.toLowerCase();
}

/**
 * Requests that announce a blob before it is complete, or whose blob may grow without an event. A file that is written
 * through the Data Lake or SFTP endpoint is announced when it is created, empty; if the writer flushes without closing,
 * no event announces the content. A copy may be announced while the service is still copying, on hierarchical accounts
 * always. Sources: learn.microsoft.com/azure/storage/blobs/storage-blob-event-overview, Azure/azure-sdk-for-net#19166,
 * Azure/azure-sdk-for-java#26742, MicrosoftDocs/azure-docs#74041 and #114316.
 */
const SILENT_APIS: ReadonlySet<unknown> = new Set([
  'CreateFile',
  'FlushWithClose',
  'SftpCreate',
  'SftpCommit',
  'CopyBlob',
]);

/** Those that are sent when the writer is done: later changes are most likely announced. */
const CLOSING_APIS: ReadonlySet<unknown> = new Set(['FlushWithClose', 'SftpCommit', 'CopyBlob']);

/**
 * Writes to append and page blobs are never announced: the only event is that of their creation, empty or all zeros (MicrosoftDocs/azure-docs#39195).
 */
const GROWING_KINDS: ReadonlySet<unknown> = new Set(['AppendBlob', 'PageBlob']);

/**
 * Whether the blob may change again without an event: `open` if its writer is probably still writing, `closed` if the
 * writer said that it is done. That holds only for a creation; every other change has an event of its own. An event
 * without a type may be of a creation.
 */
function expectSilentChanges({ type, data }: Envelope): 'none' | 'open' | 'closed' {
  if (type !== undefined && type !== 'Microsoft.Storage.BlobCreated') return 'none';
  if (GROWING_KINDS.has(data['blobType'])) return 'open';
  if (!SILENT_APIS.has(data['api'])) return 'none';
  return CLOSING_APIS.has(data['api']) ? 'closed' : 'open';
}
