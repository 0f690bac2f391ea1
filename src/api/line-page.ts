/** A part of a long list of lines: in Azure Functions an HTTP answer is held in memory as a whole. */
export interface LinePage {
  readonly lines: readonly string[];
  /** The `from` of the page after it. Null: this page is the last. Any other page may have few lines, or none. */
  readonly next: string | null;
}

/** A line of a list that can be read from any of its places on. */
export interface PlacedLine {
  /** Undefined: it was read, and is not of the list. */
  readonly line: string | undefined;
  /** The `from` of a page that begins here. Undefined: none can. */
  readonly place: string | undefined;
}

/** The most characters of a page, without its last line, and the most lines that are read for it. */
export interface PageBounds {
  readonly characters: number;
  readonly read: number;
}

const PAGE_BOUNDS: PageBounds = { characters: 2_097_152, read: 20_000 };

/** The first page of a list. Reads one line beyond it at most. */
export async function takePage(
  list: AsyncIterable<PlacedLine>,
  { characters, read }: PageBounds = PAGE_BOUNDS,
): Promise<LinePage> {
  const lines: string[] = [];
  let length = 0;
  let readCount = 0;
  for await (const { line, place } of list) {
    if (place !== undefined && (length >= characters || readCount >= read)) return { lines, next: place };
    readCount++;
    if (line === undefined) continue;
    lines.push(line);
    length += line.length + 1;
  }
  return { lines, next: null };
}

/** The lines of a list without their places. */
export async function* linesOf(list: AsyncIterable<PlacedLine>): AsyncGenerator<string, void, void> {
  for await (const { line } of list) if (line !== undefined) yield line;
}
