import type { z } from 'zod';
import { BlobmirrorError } from '../model/errors.ts';
import type { DocumentStore } from '../ports/document-store.ts';

/**
 * A kind of document that the mirror keeps about itself: its schema, and the format that this release writes.
 */
export interface DocumentKind<Value> {
  /** Its name in a sentence: `the pause`. */
  readonly what: string;
  /**
   * The number in the document's member `format`. It grows when an older release could misread a new
   * document; a member that older releases can ignore is added under the same number.
   */
  readonly format: number;
  /** The value without its format, or why it is invalid. */
  readonly parse: (document: unknown) => ParsedDocument<Value>;
}

type ParsedDocument<Value> =
  { readonly value: Value } | { readonly wrong: string } | { readonly newerFormat: number };

/** The result of a read. A damaged document is distinguished from a missing one. */
export type FoundDocument<Value> =
  | { readonly state: 'absent' }
  | {
      readonly state: 'there';
      readonly value: Value;
      readonly version: string;
      /** See `StoredDocument`. */
      readonly writtenAt?: Date | undefined;
    }
  | {
      /** This release cannot read it. */
      readonly state: 'damaged';
      /**
       * `document-damaged`, or `document-too-new`: a release that knows only older formats neither overwrites
       * nor removes such a document.
       */
      readonly error: BlobmirrorError;
      readonly version: string;
      readonly writtenAt?: Date | undefined;
    };

/**
 * Defines a kind of document: `documentKind<Run>('a full sync', { format: 1 }).of(runSchema)`. A schema whose
 * members differ from those of the type does not compile.
 *
 * A read returns the document itself, not a copy made by the schema, so that members added by a newer release
 * are kept when it is written again.
 */
export function documentKind<Value extends object>(
  what: string,
  { format }: { readonly format: number },
): {
  readonly of: <Schema extends z.ZodType>(
    schema: Schema & SameShape<Value, z.infer<Schema>>,
  ) => DocumentKind<Value>;
} {
  return {
    of: (schema) => ({
      what,
      format,
      parse: (document) => {
        const found = formatOf(document);
        if (found === undefined) return { wrong: 'format: no positive whole number' };
        if (found > format) return { newerFormat: found };
        const { success, error } = schema.safeParse(document);
        if (!success) return { wrong: describeIssue(error) };
        const { format: _, ...value } = document as { readonly format?: number };
        // The schema has the shape of the type and has accepted the document.
        return { value: value as Value };
      },
    }),
  };
}

/**
 * Ties a schema to its type: `unknown` where both have the same members at every depth and the same optional
 * ones; otherwise an error type. Strings are compared as strings, so that a schema may accept any string
 * where the type has a brand or lists the known values: an unknown value may come from a newer release.
 */
type SameShape<Value, Parsed> =
  Equal<Members<Value>, Members<Parsed>> extends true
    ? [Parsed] extends [Stored<Value>]
      ? unknown
      : { readonly '@optionalInSchemaOnly': Stored<Value> }
    : { readonly '@inType': Members<Value>; readonly '@inSchema': Members<Parsed> };

type Equal<One, Other> = [One] extends [Other] ? ([Other] extends [One] ? true : false) : false;

/** Makes every member required, so that a member which only one of the two has shows. */
type Members<T> = T extends string
  ? string
  : T extends object
    ? { -readonly [K in keyof T]-?: Members<Exclude<T[K], undefined>> }
    : T;

/** The type after JSON: no brands, and `undefined` members missing. */
type Stored<T> = T extends string
  ? string
  : T extends object
    ? { readonly [K in keyof T]: Stored<T[K]> | (undefined extends T[K] ? undefined : never) }
    : T;

/** Releases before formats wrote no number: their documents count as older than any. */
const NO_FORMAT = 0;

function formatOf(document: unknown): number | undefined {
  if (typeof document !== 'object' || document === null || !('format' in document)) return NO_FORMAT;
  const { format } = document;
  return typeof format === 'number' && Number.isSafeInteger(format) && format > 0 ? format : undefined;
}

const LONGEST_PLACE = 100;
const LONGEST_REASON = 300;

function describeIssue({ issues: [issue] }: z.ZodError): string {
  const at = issue?.path.map(String).join('.').slice(0, LONGEST_PLACE);
  return `${at ? `${at}: ` : ''}${issue?.message ?? 'another shape'}`.slice(0, LONGEST_REASON);
}

/** A value as a document of its kind. */
function toDocument<Value extends object>({ format }: DocumentKind<Value>, value: Value): object {
  return { format, ...value };
}

/** @param found as the store returned it: its value is undefined when it is not JSON */
function parseDocument<Value>(
  { what, format, parse }: DocumentKind<Value>,
  name: string,
  found:
    { readonly value: unknown; readonly version: string; readonly writtenAt?: Date | undefined } | undefined,
): FoundDocument<Value> {
  if (found === undefined) return { state: 'absent' };
  const { value, version, writtenAt } = found;
  const parsed = value === undefined ? { wrong: 'it is no JSON, or far too large' } : parse(value);
  if ('value' in parsed) return { state: 'there', value: parsed.value, version, writtenAt };
  const error =
    'newerFormat' in parsed
      ? new BlobmirrorError(
          'document-too-new',
          `the document ${name} was written by a newer release (${what}: format ${parsed.newerFormat}, and this release reads up to ${format})`,
          { context: { document: name } },
        )
      : damaged(name, `${what}: ${parsed.wrong}`);
  return { state: 'damaged', version, writtenAt, error };
}

/** Whether an error means that a document exists and this release cannot read it. */
export function isUnreadable({ code }: BlobmirrorError): boolean {
  return code === 'document-damaged' || code === 'document-too-new';
}

/** Whether a newer release wrote the document in a format that this release does not know. */
export function isTooNew(found: FoundDocument<unknown>): boolean {
  return found.state === 'damaged' && found.error.code === 'document-too-new';
}

/** @param why what is wrong with it, as a phrase */
export function damaged(name: string, why: string): BlobmirrorError {
  return new BlobmirrorError('document-damaged', `the document ${name} is damaged (${why})`, {
    context: { document: name },
  });
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Documents have a few levels. A document with thousands could be read but not written again. */
const MAX_LEVELS = 32;

/**
 * The value of a document's bytes; undefined, which JSON cannot express, where they are not JSON in UTF-8 or
 * too deep.
 */
export function parseDocumentText(bytes: Uint8Array): unknown {
  try {
    const value = JSON.parse(utf8.decode(bytes)) as unknown;
    return isDeeper(value, MAX_LEVELS) ? undefined : value;
  } catch {
    return undefined;
  }
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((each) => isDeeper(each, levels - 1));
}

/** Reads a document of this kind. @throws BlobmirrorError any storage code */
export async function readDocument<Value>(
  documents: Pick<DocumentStore, 'read'>,
  kind: DocumentKind<Value>,
  name: string,
): Promise<FoundDocument<Value>> {
  return parseDocument(kind, name, await documents.read(name));
}

/**
 * Like `readDocument`, for a caller that cannot continue with a damaged document. Undefined: there is none.
 *
 * @throws BlobmirrorError `document-damaged`, `document-too-new`, or any storage code
 */
export async function readWholeDocument<Value>(
  documents: Pick<DocumentStore, 'read'>,
  kind: DocumentKind<Value>,
  name: string,
): Promise<Value | undefined> {
  const found = await readDocument(documents, kind, name);
  if (found.state === 'damaged') throw found.error;
  return found.state === 'there' ? found.value : undefined;
}

/** Creates a document. False: there is one already. @throws BlobmirrorError any storage code */
export async function createDocument<Value extends object>(
  documents: Pick<DocumentStore, 'write'>,
  kind: DocumentKind<Value>,
  name: string,
  value: Value,
): Promise<boolean> {
  return (await documents.write(name, toDocument(kind, value), { nothingThere: true })) === 'written';
}

export interface ChangedDocument<Value, Changed extends Value | undefined> {
  /** Before the change. */
  readonly found: FoundDocument<Value>;
  /** After the change; undefined when nothing was changed. */
  readonly changed: Changed;
}

const MAX_ATTEMPTS = 20;

/**
 * Changes a document by compare-and-swap. `toChanged` is called once per attempt, and returns undefined to
 * leave the document unchanged. A damaged document is replaced by what `toChanged` returns; its `before` is
 * undefined, like that of a missing one.
 *
 * @throws BlobmirrorError `race-lost` after `attempts`, `document-too-new`, or any storage code; and what
 * `toChanged` throws
 */
export async function changeDocument<Value extends object, Changed extends Value | undefined>(
  documents: Pick<DocumentStore, 'read' | 'write'>,
  kind: DocumentKind<Value>,
  name: string,
  toChanged: (before: Value | undefined, found: FoundDocument<Value>) => Changed | Promise<Changed>,
  attempts = MAX_ATTEMPTS,
): Promise<ChangedDocument<Value, Changed>> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const stored = await documents.read(name);
    const found = parseDocument(kind, name, stored);
    if (found.state === 'damaged' && isTooNew(found)) throw found.error;
    const changed = await toChanged(found.state === 'there' ? found.value : undefined, found);
    if (changed === undefined) return { found, changed };
    const document = toDocument(kind, changed);
    if ((await documents.write(name, document, stored ?? { nothingThere: true })) === 'written')
      return { found, changed };
  }
  throw new BlobmirrorError(
    'race-lost',
    `the document ${name} kept changing; gave up after ${attempts} attempts`,
  );
}
