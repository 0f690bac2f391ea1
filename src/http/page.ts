import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { gzipSync } from 'node:zlib';
import { once } from '../concurrency/coalesce.ts';
import { type BufferedAnswer, type RequestHead, acceptsGzip } from './answer.ts';

type PageRequest = Pick<RequestHead, 'headers'>;

/** The dashboard: one document, and assets whose names hold a hash of their content. They hold no data of a mirror. */
export interface Page {
  readonly document: (request: PageRequest) => Promise<BufferedAnswer>;
  readonly asset: (request: PageRequest, name: string | undefined) => Promise<BufferedAnswer>;
}

interface PageFile {
  readonly type: string;
  readonly plain: Uint8Array;
  readonly zipped: Uint8Array;
}

/** Nothing inline, and nothing of another origin, is loaded, called, framed or run. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  vary: 'accept-encoding',
} as const;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

const DOCUMENT = 'index.html';

/** Reads the built page at the first request and keeps it in memory: it is small and does not change while the app runs. */
export function createPage(folder: URL | undefined = findBuiltPage(new URL(import.meta.url))): Page {
  const files = folder && once(async () => await readFiles(folder));

  async function serve(request: PageRequest, name: string, caching: string): Promise<BufferedAnswer> {
    const file = (await files?.())?.get(name);
    if (file === undefined) return NOT_FOUND[name === DOCUMENT ? 'document' : 'asset'];
    const isZipped = acceptsGzip(request);
    return {
      status: 200,
      headers: {
        ...HEADERS,
        'content-type': file.type,
        'cache-control': caching,
        ...(isZipped && { 'content-encoding': 'gzip' }),
      },
      body: isZipped ? file.zipped : file.plain,
    };
  }

  return {
    document: async (request) => await serve(request, DOCUMENT, 'no-cache'),
    asset: async (request, name = '') =>
      await serve(request, `assets/${name}`, 'public, max-age=31536000, immutable'),
  };
}

const PLAIN = {
  'content-type': 'text/plain; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
};
const NOT_FOUND = {
  document: { status: 503, headers: PLAIN, body: 'The page is not built. Run: npm run build\n' },
  asset: { status: 404, headers: PLAIN, body: 'There is no such file. Reload the page.\n' },
} as const;

/** The folder `dashboard` beside the compiled or bundled code, or in `dist` of the nearest folder above it. */
function findBuiltPage(from: URL): URL | undefined {
  for (let above = new URL('./', from); ; above = new URL('../', above)) {
    for (const folder of [new URL('dashboard/', above), new URL('dist/dashboard/', above)])
      if (existsSync(new URL('assets/', folder))) return folder;
    if (above.pathname === new URL('../', above).pathname) return undefined;
  }
}

async function readFiles(folder: URL): Promise<ReadonlyMap<string, PageFile>> {
  const names = (await readdir(folder, { recursive: true })).map((name) => name.replaceAll('\\', '/'));
  const files = names.flatMap((name) => {
    const type = TYPES[extname(name)];
    return type === undefined ? [] : [{ name, type }];
  });
  return new Map(
    await Promise.all(
      files.map(async ({ name, type }) => {
        const plain = await readFile(new URL(name, folder));
        return [name, { type, plain, zipped: gzipSync(plain, { level: 9 }) }] as const;
      }),
    ),
  );
}
