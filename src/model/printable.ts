/**
 * The one guard of every output: tables, messages, logs, exports, HTTP and the page. Names of blobs and reasons are
 * chosen by others. A character that is invisible, ends a line, is obeyed by a terminal or turns the direction of text
 * could make a name look like another, or a line like one that Blobmirror wrote.
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** The same without what JSON escapes itself, and without the line breaks and tabs between its values. */
const UNSAFE_IN_JSON = /[\u007f-\u009f\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** Text for people: each unsafe character as `\u{202e}`. */
export function toPrintable(text: string): string {
  return text.replaceAll(UNSAFE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** Lines for people: as `toPrintable`, but the line breaks stay. */
export function toPrintableLines(text: string): string {
  return text.split('\n').map(toPrintable).join('\n');
}

/** A JSON text that parses to the same value: each unsafe character as JSON escapes it, `\u202e`. */
export function toPrintableJson(json: string): string {
  return json.replaceAll(UNSAFE_IN_JSON, (character) =>
    Array.from(
      { length: character.length },
      (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}

/** Text in the quotes of JSON, on one line. */
export function quoted(text: string): string {
  return toPrintableJson(JSON.stringify(text));
}
