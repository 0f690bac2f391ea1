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
