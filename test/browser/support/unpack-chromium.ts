import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE = dirname(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')));
const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/blobmirror/', import.meta.url));

export interface Chromium {
  readonly executablePath: string;
  readonly args: readonly string[];
  readonly env: Record<string, string>;
}

/** Made for a sandbox of a cloud, where nobody else is: they would take away what these tests are about, or crash. */
const UNWANTED: ReadonlySet<string> = new Set([
  '--disable-web-security',
  '--allow-running-insecure-content',
  '--disable-site-isolation-trials',
  '--single-process',
  "--headless='shell'",
]);

/**
 * The browser that comes in an npm package, with the libraries and the font that it brings, so that nothing need be
 * installed. Unpacked once, beside the packages: whoever comes second while that is under way loses nothing but time.
 */
export async function unpackChromium(): Promise<Chromium> {
  const env = process.env as Record<string, string>;
  // For machines that the package is not made for.
  if (env['CHROME_PATH']) return { executablePath: env['CHROME_PATH'], args: ['--no-sandbox'], env };
  const { version } = createRequire(import.meta.url)(join(PACKAGE, 'package.json')) as { version: string };
  const folder = join(CACHE, `chromium-${version}`);
  const { default: chromium, inflate } = await import('@sparticuz/chromium');
  if (!existsSync(folder)) {
    await mkdir(CACHE, { recursive: true });
    const own = await mkdtemp(join(CACHE, 'unpacking-'));
    await unpackInto(own, async () => {
      await chromium.executablePath();
      await inflate(join(PACKAGE, 'bin', 'al2023.tar.br'));
    });
    await writeFile(
      join(own, 'fonts', 'fonts.conf'),
      `<?xml version="1.0"?><fontconfig><dir>${join(folder, 'fonts')}</dir></fontconfig>\n`,
    );
    await rename(own, folder).catch(async (error: unknown) => {
      await rm(own, { recursive: true });
      if (!existsSync(folder)) throw error;
    });
  }
  return {
    executablePath: join(folder, 'chromium'),
    args: chromium.args.filter((arg) => !UNWANTED.has(arg)),
    env: {
      ...env,
      // Whatever the language of the machine is.
      LANG: 'en_GB.UTF-8',
      LC_ALL: 'en_GB.UTF-8',
      LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'),
      FONTCONFIG_PATH: join(folder, 'fonts'),
    },
  };
}

/** The package unpacks into the folder for temporary files, wherever that is. */
async function unpackInto(folder: string, unpack: () => Promise<void>): Promise<void> {
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = folder;
  try {
    await unpack();
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  }
}
