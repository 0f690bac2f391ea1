/** The elements of a page that hold others, as bytes to look for. */
export interface Element {
  readonly open: Uint8Array;
  readonly close: Uint8Array;
  /** The two ways in which services write that it holds nothing. */
  readonly empty: readonly [Uint8Array, Uint8Array];
}

export const ascii = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));

const element = (name: string): Element => ({
  open: ascii(`<${name}>`),
  close: ascii(`</${name}>`),
  empty: [ascii(`<${name} />`), ascii(`<${name}/>`)],
});

export const ROOT = element('EnumerationResults');
export const BLOBS = element('Blobs');
export const BLOB = element('Blob');
export const PROPERTIES = element('Properties');
export const METADATA = element('Metadata');
export const TAGS = element('Tags');
export const TAG_SET = element('TagSet');
export const TAG = element('Tag');
export const REPLICATION = element('OrMetadata');
