import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventSchema, StorageMutation } from '@blobmirror/local';
import { parseMessage } from '../../src/events/parse-message.ts';
import { toBody } from '../../packages/local/src/event-grid/event-schema.ts';
import { createSequencer, toStorageEvent } from '../../packages/local/src/event-grid/storage-event.ts';
import { keyText } from '../../src/model/key.ts';
import { startLake } from '../../packages/local/test/support/start-lake.ts';
import { mutationOf } from '../../packages/local/test/support/subscribers.ts';

const NASTY = [' ', '\n', 'e\u0301', '\u00e9', '\u0130', '\u200b', '\ufffd'].concat(
  `% %2F %25 %zz + # ? & = / // . .. \\ : ; " ' < {} /blobs/ https://a.blob.core.windows.net/c/x`.split(' '),
);
const EMOJI = ['💎', '👩‍👩‍👧', '𝒳'];

const pieces = (from: readonly string[]) =>
  fc
    .array(fc.oneof(fc.constantFrom(...from), fc.string({ unit: 'grapheme-ascii', maxLength: 5 })), {
      minLength: 1,
      maxLength: 12,
    })
    .map((parts) => parts.join(''))
    .filter((path) => path !== '');

/** How clients spell a name in a url: each segment encoded, or the slashes too. */
const spellings = [
  (path: string) => path.split('/').map(encodeURIComponent).join('/'),
  (path: string) => encodeURIComponent(path),
];
const hosts = [
  'http://127.0.0.1:10000/sourceaccount/photos/',
  'http://localhost:10000/sourceaccount/photos/',
  'https://sourceaccount.blob.core.windows.net/photos/',
];
const nextSequencer = createSequencer(() => Date.now());

/** The keys that the worker reads from the event of a mutation, after a journey as JSON. */
function keysOf(mutation: StorageMutation, schema: EventSchema): readonly string[] {
  const body = JSON.stringify(toBody(toStorageEvent(mutation, nextSequencer), schema));
  const { hints, rejected } = parseMessage(JSON.parse(body), new Date(0));
  expect(rejected).toEqual([]);
  expect(hints.map(({ account, eventTime }) => [account, eventTime])).toEqual([
    ['sourceaccount', mutation.time],
  ]);
  return hints.flatMap(({ keys }) => keys.map(keyText));
}

const mutationsOf = (paths: fc.Arbitrary<string>) =>
  fc
    .record({
      path: paths,
      spell: fc.constantFrom(...spellings),
      host: fc.constantFrom(...hosts),
      api: fc.constantFrom('PutBlob', 'PutBlockList', 'CopyBlob', 'DeleteBlob', 'SetBlobTier'),
    })
    .map(({ path, spell, host, api }) => mutationOf(path, { api, url: `${host}${spell(path)}?sig=secret` }));
const schemas = fc.constantFrom('EventGridSchema', 'CloudEventSchemaV1_0');

describe('the events of the stand-in', () => {
  it('are read as exactly the key that they are about, whatever the name', () => {
    fc.assert(
      fc.property(mutationsOf(pieces(NASTY)), schemas, (mutation, schema) => {
        expect(keysOf(mutation, schema)).toEqual([`photos/${mutation.path}`]);
      }),
      { numRuns: 2000 },
    );
  });

  it('are read as that key among at most two when the name goes beyond the basic plane', () => {
    const paths = fc
      .tuple(pieces(NASTY), fc.constantFrom(...EMOJI), pieces([...NASTY, ...EMOJI]))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(mutationsOf(paths), schemas, (mutation, schema) => {
        const keys = keysOf(mutation, schema);
        expect(keys).toContain(`photos/${mutation.path}`);
        expect(keys.length).toBeLessThanOrEqual(2);
      }),
      { numRuns: 500 },
    );
  });
});

it('the keys of the paths are read from the events of a hierarchical account', async () => {
  const { files, write, mutations } = await startLake();
  await write('d/f');
  await files.getDirectoryClient('d').move('e 1');
  await files.getFileClient('e 1/f').move('e 1/g');
  await files.getFileClient('e 1/g').delete();
  await files.getDirectoryClient('e 1').delete(true);

  const keys = mutations.map((mutation) => keysOf(mutation, 'EventGridSchema'));

  // A worker that doubts how a URL is encoded checks one key more.
  const named = [
    ['docs/d/f'],
    ['docs/e 1', 'docs/d'],
    ['docs/e 1/g', 'docs/e 1/f'],
    ['docs/e 1/g'],
    ['docs/e 1'],
  ];
  expect(keys).toEqual(named.map((some) => expect.arrayContaining(some) as string[]));
});
