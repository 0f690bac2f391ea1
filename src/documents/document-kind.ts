import type { z } from 'zod';
import { BlobmirrorError } from '../model/errors.ts';

/** A kind of document that the mirror keeps of itself: what it looks like, and how it is read. */
export interface DocumentKind<Value> {
  /** As it is called in a sentence: `the pause`. */
  readonly what: string;
  /** The document as one of this kind, or why it is none. */
  readonly parse: (value: unknown) => { readonly value: Value } | { readonly wrong: string };
}

/** A document as somebody found it: what is damaged is told from what is not there. */
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
      readonly state: 'damaged';
      readonly error: BlobmirrorError;
      readonly version: string;
      readonly writtenAt?: Date | undefined;
    };

/**
 * A kind whose documents have the shape of a schema. What is read is the document itself and no copy by the schema, so
 * that members that a newer release has added are kept where it is written again.
 */
export function documentKind<Value>(what: string, schema: z.ZodType): DocumentKind<Value> {
  return {
    what,
    parse: (value) => {
      const { success, error } = schema.safeParse(value);
      // The schema has seen to it.
      if (success) return { value: value as Value };
      const [issue] = error.issues;
      const at = issue?.path.map(String).join('.').slice(0, MOST_OF_A_PLACE);
      return {
        wrong: `${at ? `${at}: ` : ''}${issue?.message ?? 'another shape'}`.slice(0, MOST_OF_A_REASON),
      };
    },
  };
}

const MOST_OF_A_PLACE = 100;
const MOST_OF_A_REASON = 300;

/** @param found as the store gave it: its value is undefined where it is no JSON at all */
export function parseDocument<Value>(
  { what, parse }: DocumentKind<Value>,
  name: string,
  found:
    { readonly value: unknown; readonly version: string; readonly writtenAt?: Date | undefined } | undefined,
): FoundDocument<Value> {
  if (found === undefined) return { state: 'absent' };
  const { value, version, writtenAt } = found;
  const parsed = value === undefined ? { wrong: 'it is no JSON, or far too large' } : parse(value);
  return 'value' in parsed
    ? { state: 'there', value: parsed.value, version, writtenAt }
    : { state: 'damaged', version, writtenAt, error: damaged(name, `${what}: ${parsed.wrong}`) };
}

/** @param why what is wrong with it, as a phrase */
export function damaged(name: string, why: string): BlobmirrorError {
  return new BlobmirrorError('document-damaged', `the document ${name} is damaged (${why})`, {
    context: { document: name },
  });
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** A document of ours is a few levels deep. One that is not could be read, and not be written again. */
const MOST_LEVELS = 32;

/** The value that a document's bytes are the JSON of; undefined, which no JSON is, for anything else. */
export function parseDocumentText(bytes: Uint8Array): unknown {
  try {
    const value = JSON.parse(utf8.decode(bytes)) as unknown;
    return isDeeper(value, MOST_LEVELS) ? undefined : value;
  } catch {
    return undefined;
  }
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((each) => isDeeper(each, levels - 1));
}
