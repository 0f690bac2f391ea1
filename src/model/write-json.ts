interface Open {
  readonly end: ']' | '}';
  /** Of an object; undefined: of an array. */
  readonly names: readonly string[] | undefined;
  readonly values: readonly unknown[];
  at: number;
}

/**
 * A value as JSON text, however deep it is nested: `JSON.stringify` overflows the stack at a depth of some thousands,
 * while `JSON.parse` reads any. What JSON cannot tell becomes null, and bytes become base64.
 *
 * @param longest in characters; a text that would be longer is cut there, and is no JSON then
 */
export function writeJson(value: unknown, longest = Number.POSITIVE_INFINITY): string {
  const open: Open[] = [];
  let text = begin(value, open);
  for (let top = open.at(-1); top !== undefined && text.length <= longest; top = open.at(-1)) {
    if (top.at === top.values.length) {
      text += top.end;
      open.pop();
      continue;
    }
    const name = top.names?.[top.at];
    if (top.at > 0) text += ',';
    if (name !== undefined) text += `${JSON.stringify(name)}:`;
    text += begin(top.values[top.at++], open);
  }
  return text.length <= longest ? text : text.slice(0, longest);
}

/** What a value begins with: all of a scalar, and the bracket of what is now open. */
function begin(value: unknown, open: Open[]): string {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (ArrayBuffer.isView(value))
    return JSON.stringify(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64'));
  if (value instanceof Date) return JSON.stringify(value);
  const isArray = Array.isArray(value);
  open.push({
    end: isArray ? ']' : '}',
    names: isArray ? undefined : Object.keys(value),
    values: isArray ? value : Object.values(value),
    at: 0,
  });
  return isArray ? '[' : '{';
}
