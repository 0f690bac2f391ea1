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

/** Flags for a single-user cloud sandbox. They would switch off what these tests check, or crash the browser. */
const UNWANTED: ReadonlySet<string> = new Set([
  '--disable-web-security',
  '--allow-running-insecure-content',
  '--disable-site-isolation-trials',
  '--single-process',
  "--headless='shell'",
]);

/**
 * Unpacks the browser of an npm package, with its libraries and font, so that nothing has to be installed. Done once,
 * into node_modules; a process that unpacks at the same time only repeats the work.
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

/** The package unpacks into the folder for temporary files of the environment. */
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
