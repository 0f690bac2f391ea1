/** A page of a listing to be written: its content, and the form in which the service would write it. */
export interface WrittenPage {
  readonly blobs: readonly WrittenBlob[];
  readonly nextMarker: string;
}

export interface WrittenBlob {
  readonly name: string;
  readonly properties: ReadonlyMap<string, string>;
  readonly metadata: ReadonlyMap<string, string>;
  readonly tags: ReadonlyMap<string, string>;
}

/** Equivalent forms, of which each service uses one. */
export interface Spelling {
  readonly empty: 'spaced' | 'short' | 'paired';
  readonly escape: 'named' | 'hexadecimal' | 'decimal';
  readonly prolog: string;
}

export const USUAL: Spelling = {
  empty: 'spaced',
  escape: 'named',
  prolog: '<?xml version="1.0" encoding="utf-8"?>',
};

export function writePage({ blobs, nextMarker }: WrittenPage, spelling: Spelling = USUAL): Buffer {
  const listed = blobs.map((blob) => writeBlob(blob, spelling)).join('');
  return Buffer.from(
    `${spelling.prolog}<EnumerationResults ServiceEndpoint="http://127.0.0.1/a/" ContainerName="photos">` +
      `<Prefix></Prefix><MaxResults>5000</MaxResults>${wrap('Blobs', listed, spelling)}` +
      `${leaf('NextMarker', nextMarker, spelling)}</EnumerationResults>`,
  );
}

function writeBlob({ name, properties, metadata, tags }: WrittenBlob, spelling: Spelling): string {
  const leaves = (of: ReadonlyMap<string, string>) =>
    [...of].map(([key, value]) => leaf(key, value, spelling)).join('');
  const tagSet = [...tags]
    .map(([key, value]) => `<Tag>${leaf('Key', key, spelling)}${leaf('Value', value, spelling)}</Tag>`)
    .join('');
  return (
    `<Blob>${writeName(name, spelling)}<Properties>${leaves(properties)}</Properties>` +
    wrap('Metadata', leaves(metadata), spelling) +
    `${tags.size === 0 ? '' : `<Tags><TagSet>${tagSet}</TagSet></Tags>`}${wrap('OrMetadata', '', spelling)}</Blob>`
  );
}

// Characters that XML 1.0 cannot hold, not even by a reference: www.w3.org/TR/xml/#charsets
const NO_XML = /[\uFFFE\uFFFF]|(?![\t\n\r\x7f-\x9f])\p{Cc}/u;

function writeName(name: string, spelling: Spelling): string {
  return NO_XML.test(name)
    ? `<Name Encoded="true">${encodeURIComponent(name)}</Name>`
    : leaf('Name', name, spelling);
}

export function isUnwritable(name: string): boolean {
  return NO_XML.test(name);
}

function leaf(name: string, text: string, spelling: Spelling): string {
  return wrap(name, escape(text, spelling), spelling);
}

function wrap(name: string, content: string, { empty }: Spelling): string {
  if (content !== '' || empty === 'paired') return `<${name}>${content}</${name}>`;
  return empty === 'spaced' ? `<${name} />` : `<${name}/>`;
}

const NAMES: Readonly<Record<string, string>> = {
  '&': 'amp',
  '<': 'lt',
  '>': 'gt',
  '"': 'quot',
  "'": 'apos',
};

function escape(text: string, { escape: way }: Spelling): string {
  return text.replaceAll(/[&<>"'\r]/g, (character) => {
    const name = NAMES[character];
    const code = character.charCodeAt(0);
    if (way === 'decimal') return `&#${code};`;
    return way === 'hexadecimal' || name === undefined
      ? `&#x${code.toString(16).toUpperCase()};`
      : `&${name};`;
  });
}
