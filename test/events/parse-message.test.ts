import { describe, expect, it } from 'vitest';
import { parseMessage } from '../../src/events/parse-message.ts';
import { keyText } from '../../src/model/key.ts';
import {
  EVENT_ID,
  EVENT_TIME,
  SCHEMAS,
  type SampleFacts,
  cloudEvent,
  created,
  eventGridEvent,
  subjectOf,
} from './samples.ts';

const NOW = new Date('2026-03-04T06:00:00.000Z');
const DIAGNOSTICS = { batchId: '9b2d7c00-0006-0031-0044-aa11bb000000' };
const BLOB = 'https://myaccount.blob.core.windows.net';
const DFS = 'https://myaccount.dfs.core.windows.net';

const DOCUMENTED: readonly (SampleFacts & { readonly name: string; readonly keys: readonly string[] })[] = [
  {
    name: 'a blob that was put',
    type: 'Microsoft.Storage.BlobCreated',
    subject: subjectOf('photos', 'a/Cat.jpg'),
    data: {
      api: 'PutBlockList',
      clientRequestId: '0c1f0f7e-52a8-4a6e-8d6f-0d2f4f3f1a11',
      requestId: '5e6f3a10-501e-0042-7a11-9c2f0d000000',
      eTag: '"0x8DC1234567890AB"',
      contentType: 'image/jpeg',
      contentLength: 524_288,
      blobType: 'BlockBlob',
      accessTier: 'Default',
      url: `${BLOB}/photos/a/Cat.jpg`,
      sequencer: '00000000000000000000000000015508000000000005101c',
      storageDiagnostics: DIAGNOSTICS,
    },
    keys: ['photos/a/Cat.jpg'],
  },
  {
    name: 'a blob that was deleted',
    type: 'Microsoft.Storage.BlobDeleted',
    subject: subjectOf('photos', 'gone.jpg'),
    data: {
      api: 'DeleteBlob',
      contentType: 'image/jpeg',
      blobType: 'BlockBlob',
      url: `${BLOB}/photos/gone.jpg`,
    },
    keys: ['photos/gone.jpg'],
  },
  {
    name: 'a blob whose tier changed',
    type: 'Microsoft.Storage.BlobTierChanged',
    subject: subjectOf('photos', 'Auto.jpg'),
    data: { api: 'SetBlobTier', accessTier: 'Cool', previousTier: 'Hot', url: `${BLOB}/photos/Auto.jpg` },
    keys: ['photos/Auto.jpg'],
  },
  {
    name: 'a file that was flushed and closed',
    type: 'Microsoft.Storage.BlobCreated',
    subject: subjectOf('files', 'new.txt'),
    data: { api: 'FlushWithClose', contentLength: 9, contentOffset: 0, url: `${DFS}/files/new.txt` },
    keys: ['files/new.txt'],
  },
  {
    name: 'a file that was renamed',
    type: 'Microsoft.Storage.BlobRenamed',
    subject: subjectOf('files', 'new name.txt'),
    data: {
      api: 'RenameFile',
      destinationUrl: `${DFS}/files/new%20name.txt`,
      sourceUrl: `${DFS}/files/old.txt`,
    },
    keys: ['files/new name.txt', 'files/old.txt'],
  },
  {
    name: 'a directory that was made',
    type: 'Microsoft.Storage.DirectoryCreated',
    subject: subjectOf('files', 'dir'),
    data: { api: 'CreateDirectory', url: `${DFS}/files/dir` },
    keys: ['files/dir'],
  },
  {
    name: 'a directory that was renamed',
    type: 'Microsoft.Storage.DirectoryRenamed',
    subject: subjectOf('files', 'to'),
    data: { api: 'RenameDirectory', destinationUrl: `${DFS}/files/to`, sourceUrl: `${DFS}/files/from` },
    keys: ['files/to', 'files/from'],
  },
  {
    name: 'a directory that was deleted',
    type: 'Microsoft.Storage.DirectoryDeleted',
    subject: subjectOf('files', 'dir'),
    data: { api: 'DeleteDirectory', url: `${DFS}/files/dir`, recursive: 'true' },
    keys: ['files/dir'],
  },
];

describe.each(SCHEMAS)('a message in %s', (_schema, toEvent) => {
  it.each(DOCUMENTED)('about $name becomes a hint', (sample) => {
    const event = toEvent(sample);
    const { hints, rejected } = parseMessage(event, NOW);
    expect(rejected).toEqual([]);
    expect(hints.map((hint) => hint.keys.map(keyText))).toEqual([sample.keys]);
    expect(hints[0]).toMatchObject({
      account: 'myaccount',
      eventId: EVENT_ID,
      eventType: sample.type,
      event,
    });
    expect(hints[0]?.eventTime).toEqual(new Date(EVENT_TIME));
  });

  it('is read from a string and from bytes too', () => {
    const text = JSON.stringify(toEvent(created('x.txt', `${BLOB}/photos/x.txt`)));
    for (const body of [
      text,
      `\uFEFF${text}`,
      Buffer.from(text),
      new TextEncoder().encode(`\uFEFF${text}`),
    ]) {
      const { hints, rejected } = parseMessage(body, NOW);
      expect(rejected).toEqual([]);
      expect(hints[0]?.keys.map(keyText)).toEqual(['photos/x.txt']);
    }
  });

  it('takes the time the message was enqueued for an event without a time that can be read', () => {
    for (const time of [undefined, null, '', 'yesterday', 7]) {
      const event = { ...toEvent(created('x', `${BLOB}/photos/x`)), time, eventTime: time };
      const { hints } = parseMessage(event, NOW);
      expect(hints.map((hint) => hint.eventTime)).toEqual([NOW]);
    }
  });

  it('needs neither data nor a topic', () => {
    for (const data of [undefined, null, 'x'.repeat(1_000_000), 7, []]) {
      const bare = { ...toEvent(created('x', '')), data };
      const { hints } = parseMessage(bare, NOW);
      expect(hints.map((hint) => hint.keys.map(keyText))).toEqual([['photos/x']]);
    }
  });

  it('ignores an event of a type that is not about a blob', () => {
    for (const type of [
      'Microsoft.Storage.AsyncOperationInitiated',
      'Microsoft.Storage.LifecyclePolicyCompleted',
    ]) {
      const { hints, rejected } = parseMessage(toEvent({ ...created('x', ''), type }), NOW);
      expect(hints).toEqual([]);
      expect(rejected.map((part) => [part.error.code, part.eventId])).toEqual([
        ['event-type-unknown', EVENT_ID],
      ]);
    }
  });
});

describe('a batch', () => {
  it('loses none of its good events to the bad ones between them', () => {
    const good = ['one', 'two', 'three'].map((path) => created(path, `${BLOB}/photos/${path}`));
    const batch = [
      eventGridEvent(good[0] ?? created('', '')),
      null,
      { hello: 'world' },
      cloudEvent(good[1] ?? created('', '')),
      [eventGridEvent(created('nested', ''))],
      { specversion: '1.0', subject: 'photos/x' },
      { ...eventGridEvent(created('x', '')), subject: undefined, data: { url: 'x' } },
      eventGridEvent({ ...created('', ''), subject: '/blobServices/default/containers/photos' }),
      eventGridEvent(good[2] ?? created('', '')),
    ];
    const { hints, rejected } = parseMessage(batch, NOW);
    expect(hints.flatMap((hint) => hint.keys.map(keyText))).toEqual([
      'photos/one',
      'photos/two',
      'photos/three',
    ]);
    expect(rejected.map((part) => part.error.code)).toEqual([
      ...Array<string>(3).fill('message-not-event'),
      ...Array<string>(3).fill('event-key-invalid'),
    ]);
    expect(rejected.map((part) => part.event)).toEqual([1, 2, 4, 5, 6, 7].map((at) => batch[at]));
  });
});

describe('a message that is no event', () => {
  it.each([
    ['no JSON', 'hello'],
    ['bytes of no JSON', Buffer.from([0xff, 0xfe, 0x00])],
    ['a number', 42],
    ['nothing', undefined],
    ['null', null],
    ['an empty string', ''],
    ['an empty array', []],
    ['another object', { eventtype: 'Microsoft.Storage.BlobCreated' }],
  ])('is rejected as such: %s', (_what, body) => {
    const { hints, rejected } = parseMessage(body, NOW);
    expect(hints).toEqual([]);
    expect(rejected.map((part) => part.error.code)).toEqual(['message-not-event']);
  });
});
