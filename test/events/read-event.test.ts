import { describe, expect, it } from 'vitest';
import { parseMessage } from '../../src/events/parse-message.ts';
import { keyText } from '../../src/model/key.ts';
import { created, eventGridEvent } from './samples.ts';

const HOST = 'https://myaccount.blob.core.windows.net';

function keysOf(path: string, url: string): readonly string[] {
  const { hints } = parseMessage(eventGridEvent(created(path, url)), new Date(0));
  return hints.flatMap((hint) => hint.keys.map(keyText));
}

function accountOf(origin: unknown, url: string): string | undefined {
  const event = { ...eventGridEvent(created('x', url)), topic: origin };
  const { hints } = parseMessage(event, new Date(0));
  return hints[0]?.account;
}

describe('subject and url that name the same blob give one key', () => {
  it.each([
    ['plain', 'a/b.txt', `${HOST}/photos/a/b.txt`],
    ['encoded', 'a b%20c+d?.txt', `${HOST}/photos/a%20b%2520c%2Bd%3F.txt`],
    ['with slashes encoded', '/a//b/', `${HOST}/photos/%2Fa%2F%2Fb%2F`],
    ['with slashes as they are', '/a//b/', `${HOST}/photos//a//b/`],
    ['not encoded, and not decodable', '100%', `${HOST}/photos/100%`],
    ['with dots that a URL parser would resolve', 'a/../b/./c', `${HOST}/photos/a/../b/./c`],
    ['with a query', 'x', `${HOST}/photos/x?sv=2025-01-05&sig=secret`],
    ['with an emoji', '💎', `${HOST}/photos/%F0%9F%92%8E`],
    ['on an IPv4 address', 'x y', 'http://127.0.0.1:10000/myaccount/photos/x%20y'],
    ['on an IPv6 address', 'x', 'http://[::1]:10000/myaccount/photos/x'],
    ['on localhost', 'x', 'http://localhost:10000/myaccount/photos/x'],
    ['on the data lake host', 'x', 'https://myaccount.dfs.core.windows.net/photos/x'],
    ['without a url', 'x', ''],
    ['with a url that is none', 'x', 'ftp://elsewhere'],
  ])('%s', (_what, path, url) => {
    expect(keysOf(path, url)).toEqual([`photos/${path}`]);
  });
});

describe('subject and url that differ give every reading of both', () => {
  it.each([
    ['the url is not encoded and could be', 'a%20b', `${HOST}/photos/a%20b`, ['photos/a%20b', 'photos/a b']],
    ['two names', 'p', `${HOST}/photos/q%20r`, ['photos/p', 'photos/q r', 'photos/q%20r']],
    [
      'the subject lost an emoji',
      'log\uFFFD\uFFFD.txt',
      `${HOST}/photos/log%F0%9F%92%8E.txt`,
      ['photos/log\uFFFD\uFFFD.txt', 'photos/log💎.txt'],
    ],
    [
      'a question mark cut the url short',
      'who?.txt',
      `${HOST}/photos/who?.txt`,
      ['photos/who?.txt', 'photos/who'],
    ],
    ['two containers', 'x y', `${HOST}/other/x%20y`, ['photos/x y', 'other/x y', 'other/x%20y']],
  ])('%s', (_what, path, url, keys) => {
    expect(keysOf(path, url)).toEqual(keys);
  });

  it('and the url alone serves when the subject is of no use', () => {
    for (const subject of ['', 'photos/x', '/blobServices/default/containers/NO!/blobs/x', 7]) {
      const event = { ...eventGridEvent(created('', `${HOST}/photos/x%20y`)), subject };
      const { hints } = parseMessage(event, new Date(0));
      expect(hints.flatMap((hint) => hint.keys.map(keyText))).toEqual(['photos/x y', 'photos/x%20y']);
    }
  });
});

describe('an event that names no blob', () => {
  it.each([
    ['no blob in either', '/blobServices/default/containers/photos', HOST],
    ['a container that cannot be', '/blobServices/default/containers/Photos/blobs/x', ''],
    ['a name that is too long', `/blobServices/default/containers/photos/blobs/${'x'.repeat(1025)}`, ''],
    ['half a character', '/blobServices/default/containers/photos/blobs/\uD83D', ''],
  ])('is rejected: %s', (_what, subject, url) => {
    const { hints, rejected } = parseMessage({ ...eventGridEvent(created('', url)), subject }, new Date(0));
    expect(hints).toEqual([]);
    expect(rejected.map((part) => part.error.code)).toEqual(['event-key-invalid']);
  });

  it('never has the query of its url in the error', () => {
    for (const url of [`${HOST}?sig=secret`, `${HOST}/Photos?sig=secret`, `${HOST}/PHOTOS/x?sig=secret`]) {
      const { rejected } = parseMessage({ ...eventGridEvent(created('', url)), subject: '' }, new Date(0));
      const [part] = rejected;
      expect(part?.error.code).toBe('event-key-invalid');
      expect(JSON.stringify([part?.error.message, part?.error.context, part?.error.cause])).not.toContain(
        'secret',
      );
    }
  });
});

describe('the account', () => {
  const resource = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/';
  it.each([
    ['is that of the topic', `${resource}StorageAccounts/MyStore`, `${HOST}/photos/x`, 'mystore'],
    ['is read in any case', `${resource.toUpperCase()}STORAGEACCOUNTS/MYSTORE`, '', 'mystore'],
    ['is else that of the host', '', `${HOST}/photos/x`, 'myaccount'],
    [
      'is else that of a host in a DNS zone',
      null,
      'https://MyAccount.z12.dfs.storage.azure.net/photos/x',
      'myaccount',
    ],
    [
      'is else the first segment of a path-style url',
      '',
      'http://127.0.0.1:1/devstoreaccount1/photos/x',
      'devstoreaccount1',
    ],
    ['is not guessed from a custom domain', '', 'https://files.example.com/photos/x', undefined],
    ['is unknown when nothing names it', '/subscriptions/s', '', undefined],
  ])('%s', (_what, topic, url, account) => {
    expect(accountOf(topic, url)).toBe(account);
  });
});

it.each([
  ['Microsoft.Storage.BlobCreated', false],
  ['Microsoft.Storage.BlobDeleted', false],
  ['Microsoft.Storage.DirectoryCreated', false],
  ['Microsoft.Storage.BlobRenamed', true],
  ['Microsoft.Storage.DirectoryDeleted', true],
  ['Microsoft.Storage.DirectoryRenamed', true],
  // It may be any of these.
  [undefined, true],
])('an event of type %s stands for what is below its name: %s', (eventType, isDeep) => {
  const data = { destinationUrl: `${HOST}/photos/a`, sourceUrl: `${HOST}/photos/b` };
  const { data: own, ...event } = eventGridEvent(created('a', `${HOST}/photos/a`));
  const { hints } = parseMessage({ ...event, eventType, data: { ...(own as object), ...data } }, new Date(0));
  expect(hints.map((hint) => hint.isDeep)).toEqual([isDeep]);
});
