import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMessage } from '../../src/events/parse-message.ts';
import { keyText } from '../../src/model/key.ts';
import { cloudEvent, created, eventGridEvent, type SampleFacts, subjectOf } from './samples.ts';

const HOST = 'https://myaccount.blob.core.windows.net';
const LOST = '\uFFFD\uFFFD';
const ENCODED_LOST = encodeURIComponent(LOST);

function prefixesOf(facts: SampleFacts): readonly string[] {
  const [{ hints }, again] = [
    parseMessage(eventGridEvent(facts), new Date(0)),
    parseMessage(cloudEvent(facts), new Date(0)),
  ];
  expect(again.hints[0]?.prefixes).toEqual(hints[0]?.prefixes);
  return (hints[0]?.prefixes ?? []).map(({ container, path }) => `${container}/${path}`);
}

const renamed = (to: string, toUrl: string, fromUrl: string): SampleFacts => ({
  type: 'Microsoft.Storage.BlobRenamed',
  subject: subjectOf('photos', to),
  data: { api: 'RenameFile', destinationUrl: toUrl, sourceUrl: fromUrl },
});

describe('an event whose name is sure gives no prefix', () => {
  it.each([
    ['nothing was lost', created('a/b', `${HOST}/photos/a/b`)],
    ['the url has what the subject lost', created(`a/${LOST}`, `${HOST}/photos/a/%F0%9F%92%8E`)],
    ['the subject has what the url lost', created('a/💎', `${HOST}/photos/a/${ENCODED_LOST}`)],
    ['the url alone, and nothing was lost', { ...created('', `${HOST}/photos/%F0%9F%92%8E`), subject: '' }],
    [
      'a rename between two that look alike',
      renamed(LOST, `${HOST}/photos/%F0%9F%92%8E`, `${HOST}/photos/x`),
    ],
  ])('%s', (_what, facts) => {
    expect(prefixesOf(facts)).toEqual([]);
  });
});

describe('an event whose name lost characters gives the longest prefix that is sure', () => {
  it.each([
    ['in both', created(`a/b${LOST}.txt`, `${HOST}/photos/a/b${ENCODED_LOST}.txt`), ['photos/a/b']],
    ['in the subject, and there is no url', created(`a/${LOST}`, ''), ['photos/a/']],
    ['at the very beginning', created(LOST, ''), ['photos/']],
    [
      'in a url without a subject',
      { ...created('', `${HOST}/photos/a/${ENCODED_LOST}`), subject: '' },
      ['photos/a/'],
    ],
    [
      'later in one than in the other',
      created(`a${LOST}b${LOST}`, `${HOST}/photos/a%F0%9F%92%8Eb${ENCODED_LOST}`),
      ['photos/a💎b'],
    ],
    [
      'and the url names another blob',
      created(`a/${LOST}?b`, `${HOST}/photos/a/%F0%9F%92%8E`),
      ['photos/a/'],
    ],
    [
      'in both names of a rename',
      renamed(`new${LOST}`, `${HOST}/photos/new${ENCODED_LOST}`, `${HOST}/photos/old${ENCODED_LOST}`),
      ['photos/new', 'photos/old'],
    ],
    [
      'in the new name of a rename, which the old one does not bear out',
      renamed(LOST, '', `${HOST}/photos/%F0%9F%92%8E`),
      ['photos/'],
    ],
  ])('%s', (_what, facts, prefixes) => {
    expect(prefixesOf(facts)).toEqual(prefixes);
  });

  it('and the blob is beneath it, or is one of the keys, whatever was lost', () => {
    const name = fc.stringMatching(/^[a/%?💎💠\uFFFD]{1,6}$/u).filter((text) => text.trim() !== '');
    const lose = (text: string): string => text.replace(/[\u{10000}-\u{10FFFF}]/gu, LOST);
    fc.assert(
      fc.property(name, fc.boolean(), fc.boolean(), (path, subjectLoses, urlLoses) => {
        const url = `${HOST}/photos/${encodeURIComponent(urlLoses ? lose(path) : path)}`;
        const facts = created(subjectLoses ? lose(path) : path, url);
        const { hints } = parseMessage(eventGridEvent(facts), new Date(0));
        const [hint] = hints;
        const found =
          hint?.keys.some((key) => key.path === path) === true ||
          hint?.prefixes.some((prefix) => path.startsWith(prefix.path)) === true;
        expect(found).toBe(true);
      }),
    );
  });
});

it.each([
  ['the new name', renamed(`new${LOST}`, '', `${HOST}/photos/old`), undefined],
  ['the old name', renamed('new', `${HOST}/photos/new`, `${HOST}/photos/old${ENCODED_LOST}`), undefined],
  ['no name', renamed('new', `${HOST}/photos/new`, `${HOST}/photos/old`), ['photos/old', 'photos/new']],
])('a rename whose event lost characters of %s is one only where both are sure', (_, facts, names) => {
  const [hint] = parseMessage(eventGridEvent(facts), new Date(0)).hints;
  expect(hint?.rename && [hint.rename.from, hint.rename.to].map(keyText)).toEqual(names);
});
