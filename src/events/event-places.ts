import { BlobmirrorError, toBlobmirrorError } from '../model/errors.ts';
import { type Key, keyText, parseKey } from '../model/key.ts';
import type { Prefix } from '../model/prefix.ts';
import type { Rename } from '../model/rename.ts';
import type { Envelope } from './envelope.ts';
import { textOf } from './json.ts';
import { isSameName, surePrefixes } from './lost-characters.ts';
import type { NamedPlace } from './named-place.ts';
import { readStorageUrl } from './storage-url.ts';
import { readSubject } from './subject.ts';

const RENAMED: readonly string[] = ['destinationUrl', 'sourceUrl'];

/** Which fields of an event's data name what it is about; of a rename, the new name first, as in its subject. */
const URLS_OF_TYPE: ReadonlyMap<string, readonly string[]> = new Map([
  ['Microsoft.Storage.BlobCreated', ['url']],
  ['Microsoft.Storage.BlobDeleted', ['url']],
  ['Microsoft.Storage.BlobTierChanged', ['url']],
  ['Microsoft.Storage.BlobRenamed', RENAMED],
  ['Microsoft.Storage.DirectoryCreated', ['url']],
  ['Microsoft.Storage.DirectoryDeleted', ['url']],
  ['Microsoft.Storage.DirectoryRenamed', RENAMED],
  // AsyncOperationInitiated is left out on purpose: it says that a blob is about to be rehydrated, and a
  // BlobTierChanged follows when there is something to see.
]);

/** Events that stand for all that is below a directory, or may: SFTP has one type of rename for both. */
const DEEP_TYPES: ReadonlySet<string> = new Set([
  'Microsoft.Storage.BlobRenamed',
  'Microsoft.Storage.DirectoryDeleted',
  'Microsoft.Storage.DirectoryRenamed',
]);

/** What an event is about. */
export interface EventPlaces {
  readonly keys: readonly Key[];
  readonly prefixes: readonly Prefix[];
  readonly rename: Rename | undefined;
  readonly isDeep: boolean;
}

/**
 * The keys that an event is about: at least one, each once. And the prefixes beneath which its blobs are, for names
 * that cannot be known for sure.
 *
 * The subject is documented to carry the name as it is. The url is percent-encoded as a rule, but not by every
 * writer. When the two name the same blob, that is the key; when they differ, every reading of either is one.
 *
 * @throws BlobmirrorError `event-type-unknown`, `event-key-invalid`
 */
export function eventPlaces(envelope: Envelope): EventPlaces {
  const subject = readSubject(envelope.subject ?? '');
  const urls = urlFields(envelope).map((field) => readStorageUrl(textOf(envelope.data, field) ?? ''));
  const places = urls.flatMap((readings) => worthALook(readings, subject));
  const keys = toKeys(subject === undefined ? places : [subject, ...places]);
  const prefixes = surePrefixes(spellings(urls, subject));
  return {
    keys,
    prefixes,
    rename: prefixes.length === 0 ? toRename(subject, urls) : undefined,
    // An event whose type is lost may be one of those.
    isDeep: envelope.type === undefined || DEEP_TYPES.has(envelope.type),
  };
}

/** @throws BlobmirrorError `event-type-unknown` */
function urlFields({ type, data }: Envelope): readonly string[] {
  if (type === undefined) return RENAMED.every((field) => textOf(data, field)) ? RENAMED : ['url'];
  const fields = URLS_OF_TYPE.get(type);
  if (fields !== undefined) return fields;
  throw new BlobmirrorError(
    'event-type-unknown',
    `no event of type ${JSON.stringify(type.slice(0, 80))} is mirrored`,
  );
}

/** By the likeliest reading of either name: a wrong guess costs requests, since both sides are read before anything is done. */
function toRename(
  subject: NamedPlace | undefined,
  [destinations, sources]: readonly (readonly NamedPlace[])[],
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

/** The readings of a url that are worth a look: the likeliest alone when the subject bears it out. */
function worthALook(readings: readonly NamedPlace[], subject: NamedPlace | undefined): readonly NamedPlace[] {
  const [likeliest] = readings;
  if (likeliest === undefined || subject === undefined) return readings;
  return isSameName(subject, likeliest) ? [likeliest] : readings;
}

/** The names that the event is about, each in the spellings that it comes in. A subject is of the first url. */
function spellings(
  urls: readonly (readonly NamedPlace[])[],
  subject: NamedPlace | undefined,
): readonly (readonly NamedPlace[])[] {
  const [first, ...others] = urls.map((readings) => readings.slice(0, 1));
  const same = first?.filter((place) => subject === undefined || isSameName(subject, place)) ?? [];
  const different = first?.filter((place) => !same.includes(place)) ?? [];
  return [[...(subject === undefined ? [] : [subject]), ...same], different, ...others];
}

function toKeys(places: readonly NamedPlace[]): readonly Key[] {
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
