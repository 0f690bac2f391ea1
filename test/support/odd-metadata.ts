/**
 * Legal metadata names (C# identifiers) that are members of JavaScript objects, or mean something in XML, in
 * its libraries or in our own documents.
 */
const NAMES = [
  'hasOwnProperty',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'then',
  'toJSON',
  'isPrototypeOf',
  '__defineGetter__',
  'length',
  '_',
  'xml',
  'encrypted',
  'additionalProperties',
];

export const ODD_METADATA = Object.fromEntries(NAMES.map((name, index) => [name, `value ${index}`]));

/** As many of these names as a blob may have tags. */
export const ODD_TAGS = Object.fromEntries(Object.entries(ODD_METADATA).slice(0, 10));
