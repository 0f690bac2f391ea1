import type { Fault } from '../fault.ts';

const faults: readonly Fault[] = [
  {
    name: 'the deletion of a directory stands for the directory alone',
    path: 'src/events/read-event.ts',
    from: "  'Microsoft.Storage.DirectoryDeleted',\n  'Microsoft.Storage.DirectoryRenamed',\n]",
    to: "  'Microsoft.Storage.DirectoryRenamed',\n]",
    near: ['test/intake/record-left.test.ts'],
  },
  {
    name: 'the old name of a rename is checked first',
    path: 'src/events/read-event.ts',
    from: "['destinationUrl', 'sourceUrl']",
    to: "['sourceUrl', 'destinationUrl']",
    near: ['test/intake/renames.test.ts'],
  },
  {
    name: 'an append blob is not expected to grow',
    path: 'src/events/read-event.ts',
    from: "if (GROWING_KINDS.has(data['blobType'])) return 'open';",
    to: '',
    near: ['test/intake/watch-keys.test.ts'],
  },
  {
    name: 'a file that its writer closed is expected to grow',
    path: 'src/events/read-event.ts',
    from: "CLOSING_APIS.has(data['api']) ? 'closed' : 'open'",
    to: "'open'",
    near: ['test/events/silent-changes.test.ts'],
  },
  {
    name: 'the account of an event is compared in its own case',
    path: 'src/events/read-event.ts',
    from: 'accountOfUrl(url)))?.toLowerCase();',
    to: 'accountOfUrl(url)));',
    near: ['test/events/parse-message.test.ts'],
  },
  {
    name: 'the url of an event is not decoded',
    path: 'src/events/envelope.ts',
    from: 'decoded === undefined || decoded === spelt ? [place] : [{ ...place, path: decoded }, place]',
    to: '[place]',
    near: ['test/events/local-events-are-parsed.test.ts'],
  },
  {
    name: 'the query of a url is part of the name',
    path: 'src/events/envelope.ts',
    from: '(?::\\d+)?\\/([^?]*)/i',
    to: '(?::\\d+)?\\/(.*)/i',
    near: ['test/events/read-event.test.ts'],
  },
  {
    name: 'a message of more events than the bound is read',
    path: 'src/events/parse-message.ts',
    from: 'value.length > MESSAGE_BOUNDS.events',
    to: 'value.length < 0',
    near: ['test/hostile/messages.test.ts'],
    test: 'a message beyond the limits (of 20,000 items) is one dead letter at the first attempt, which names the limit and the value',
  },
  {
    name: 'a message that is nested too deep is read',
    path: 'src/events/parse-message.ts',
    from: 'if (depth > MESSAGE_BOUNDS.depth)',
    to: 'if (depth < 0)',
    near: ['test/hostile/messages.test.ts'],
    test: 'any message is abandoned in a pause, and handled normally afterwards',
  },
  {
    name: 'a rename of names that lost characters is followed',
    path: 'src/events/read-event.ts',
    from: 'rename: prefixes.length === 0 ? toRename(subject, urls) : undefined',
    to: 'rename: toRename(subject, urls)',
    near: ['test/events/lost-characters.test.ts'],
    isSpare: true,
  },
  {
    name: 'an event without a type is of no directory',
    path: 'src/events/read-event.ts',
    from: 'isDeep: envelope.type === undefined || DEEP_TYPES.has(envelope.type)',
    to: 'isDeep: envelope.type !== undefined && DEEP_TYPES.has(envelope.type)',
    near: ['test/events/read-event.test.ts'],
    isSpare: true,
  },
];

export default faults;
