import { element, rfc1123 } from './xml-text.ts';

/** What Azurite knows of a listed property. */
interface PropertyMapper {
  readonly xmlName?: string;
  readonly type?: { readonly name: string };
}

/** The element of a value that is not undefined. */
type Column = readonly [key: string, write: (value: unknown) => string];

/**
 * Makes a function that writes the element `Properties` of a listed blob or container, with the elements and
 * in the order of Azurite's table of listed properties. Made for each page, so that it follows changes of the
 * table, and since it remembers the values of the entry before.
 *
 * @param computed the values that are not as they are stored, by their keys in the table
 */
export function createPropertiesWriter<Entry extends { readonly properties: object }>(
  table: Readonly<Record<string, object>>,
  computed: Readonly<Record<string, (entry: Entry) => unknown>> = {},
): (entry: Entry) => string {
  const columns = Object.entries(table).map(
    ([key, mapper]) => [...createColumn(key, mapper), computed[key]] as const,
  );
  return (entry) => {
    const properties = entry.properties as Readonly<Record<string, unknown>>;
    let elements = '';
    for (const [key, write, compute] of columns) {
      const value = compute === undefined ? properties[key] : compute(entry);
      if (value !== undefined && value !== null) elements += write(value);
    }
    return `<Properties>${elements}</Properties>`;
  };
}

function createColumn(key: string, { xmlName = key, type }: PropertyMapper): Column {
  if (type?.name === 'DateTimeRfc1123')
    return [key, (value) => `<${xmlName}>${dateText(value)}</${xmlName}>`];
  if (type?.name === 'ByteArray') return [key, (value) => element(xmlName, base64(value))];
  let last: unknown;
  let written = '';
  return [
    key,
    (value) => {
      // The blobs of a page mostly have the same types, tiers and states.
      if (value !== last) {
        written = element(xmlName, String(value));
        last = value;
      }
      return written;
    },
  ];
}

function dateText(value: unknown): string {
  return rfc1123(value instanceof Date ? value : new Date(String(value)));
}

function base64(value: unknown): string {
  if (!(value instanceof Uint8Array)) return '';
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
}
