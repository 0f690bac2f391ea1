interface Open {
  readonly end: ']' | '}';
  /** The names of an object; undefined for an array. */
  readonly names: readonly string[] | undefined;
  readonly values: readonly unknown[];
  at: number;
}

/**
 * Writes a value of any depth as JSON: `JSON.stringify` overflows the stack at a depth of some thousands, while
 * `JSON.parse` reads any. Values without a JSON form become null, and bytes become base64.
 *
 * @param longest in characters; a longer text is cut there, and is then not valid JSON
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

/** The text of a scalar, or the opening bracket of an object or array, which is pushed to `open`. */
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
