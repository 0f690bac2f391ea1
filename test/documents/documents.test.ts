import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  changeDocument,
  createDocument,
  documentKind,
  parseDocumentText,
  readDocument,
} from '../../src/documents/change-document.ts';
import { MemoryDocuments } from '../memory/memory-documents.ts';
import { immediately } from '../memory/schedule.ts';

interface Counter {
  readonly count: number;
  readonly by?: string;
}

const COUNTER = documentKind<Counter>('a counter', { format: 2 }).of(
  z.object({ count: z.int(), by: z.string().optional() }),
);
const NOTHING_THERE = { nothingThere: true } as const;

function store() {
  const memory = new MemoryDocuments();
  const documents = memory.through(immediately);
  return { documents, textOf: (name: string) => memory.stored.get(name)?.text };
}

describe('a kind of document', () => {
  it('is written with its format and read without it', async () => {
    const { documents, textOf } = store();
    expect(await createDocument(documents, COUNTER, 'c', { count: 1 })).toBe(true);
    expect(JSON.parse(textOf('c') ?? '')).toEqual({ format: 2, count: 1 });
    expect(await readDocument(documents, COUNTER, 'c')).toMatchObject({
      state: 'there',
      value: { count: 1 },
    });
    const { changed } = await changeDocument(documents, COUNTER, 'c', (counter) => ({
      count: (counter?.count ?? 0) + 1,
    }));
    expect(changed).toEqual({ count: 2 });
    expect(JSON.parse(textOf('c') ?? '')).toEqual({ format: 2, count: 2 });
  });

  it('is read in an older format, and in none, as the releases before formats wrote it', async () => {
    const { documents } = store();
    await documents.write('none', { count: 1 }, NOTHING_THERE);
    await documents.write('older', { format: 1, count: 1 }, NOTHING_THERE);
    for (const name of ['none', 'older'])
      expect(await readDocument(documents, COUNTER, name)).toMatchObject({
        state: 'there',
        value: { count: 1 },
      });
  });

  it('keeps members that a newer release has added', async () => {
    const { documents, textOf } = store();
    await documents.write('c', { format: 2, count: 1, added: [1] }, NOTHING_THERE);
    await changeDocument(documents, COUNTER, 'c', (counter) => ({ ...counter, count: 5 }));
    expect(JSON.parse(textOf('c') ?? '')).toEqual({ format: 2, count: 5, added: [1] });
  });

  it('of a newer format is neither read nor overwritten', async () => {
    const { documents, textOf } = store();
    await documents.write('c', { format: 3, count: 1 }, NOTHING_THERE);
    const before = textOf('c');
    const found = await readDocument(documents, COUNTER, 'c');
    expect(found).toMatchObject({ state: 'damaged', error: { code: 'document-too-new' } });
    await expect(changeDocument(documents, COUNTER, 'c', () => ({ count: 2 }))).rejects.toMatchObject({
      code: 'document-too-new',
      message:
        'the document c was written by a newer release (a counter: format 3, and this release reads up to 2)',
    });
    expect(await createDocument(documents, COUNTER, 'c', { count: 2 })).toBe(false);
    expect(textOf('c')).toBe(before);
  });

  it.each([0, -1, 1.5, '2', null, [1]])('with an invalid format, %j, is damaged', async (format) => {
    const { documents } = store();
    await documents.write('c', { format, count: 1 }, NOTHING_THERE);
    expect(await readDocument(documents, COUNTER, 'c')).toMatchObject({
      state: 'damaged',
      error: { code: 'document-damaged' },
    });
  });

  it('has a schema with the members of its type: others do not compile', () => {
    const kind = documentKind<Counter>('a counter', { format: 1 });
    // @ts-expect-error: `by` is missing.
    kind.of(z.object({ count: z.int() }));
    // @ts-expect-error: the type has no `more`.
    kind.of(z.object({ count: z.int(), by: z.string().optional(), more: z.int().optional() }));
    // @ts-expect-error: the type has a number.
    kind.of(z.object({ count: z.string(), by: z.string().optional() }));
    // @ts-expect-error: the type says that it is always there.
    kind.of(z.object({ count: z.int().optional(), by: z.string().optional() }));
    const nested = documentKind<{ readonly all: readonly Counter[] }>('counters', { format: 1 });
    // @ts-expect-error: `by` is missing, one level down.
    nested.of(z.object({ all: z.array(z.object({ count: z.int() })) }));
    expect(
      nested.of(z.object({ all: z.array(z.object({ count: z.int(), by: z.string().optional() })) })),
    ).toBeTruthy();
  });
});

describe('a change of a document', () => {
  it('is made on the latest version, however many change it at once', async () => {
    const { documents } = store();
    const increment = async () =>
      await changeDocument(documents, COUNTER, 'c', async (counter) => {
        await Promise.resolve();
        return { count: (counter?.count ?? 0) + 1 };
      });
    await Promise.all(Array.from({ length: 10 }, increment));
    expect(await readDocument(documents, COUNTER, 'c')).toMatchObject({ value: { count: 10 } });
  });

  it('gives up on a document that keeps changing', async () => {
    const { documents } = store();
    let changes = 0;
    const disturb = async () => {
      changes++;
      const stored = await documents.read('c');
      await documents.write('c', { count: changes }, stored ?? NOTHING_THERE);
      return { count: -1 };
    };
    await expect(changeDocument(documents, COUNTER, 'c', disturb, 3)).rejects.toMatchObject({
      code: 'race-lost',
      message: 'the document c kept changing; gave up after 3 attempts',
    });
    expect(changes).toBe(3);
  });

  it('that changes nothing writes nothing', async () => {
    const { documents, textOf } = store();
    const { found, changed } = await changeDocument(documents, COUNTER, 'c', () => undefined);
    expect([found, changed, textOf('c')]).toEqual([{ state: 'absent' }, undefined, undefined]);
  });
});

describe('the bytes of a document', () => {
  const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;

  it('are a value where they are JSON in UTF-8, of a few levels', () => {
    expect(parseDocumentText(Buffer.from('{"a":"\u00e9"}'))).toEqual({ a: '\u00e9' });
    expect(parseDocumentText(Buffer.from(nested(32)))).toBeDefined();
  });

  it.each([
    ['no JSON', Buffer.from('{"a":')],
    ['text of another encoding', Buffer.from('{"a":"\u00e9"}', 'latin1')],
    ['too deep', Buffer.from(nested(34))],
  ])('are none where they are %s', (_, bytes) => {
    expect(parseDocumentText(bytes)).toBeUndefined();
  });
});
