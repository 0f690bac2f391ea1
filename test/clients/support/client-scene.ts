import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { runBlobmirror } from '../../e2e/support/blobmirror-process.js';
import { expectEqualAccounts } from '../../e2e/support/expect-equal-accounts.js';
import { untilQueueDrained } from '../../e2e/support/queue-counts.js';
import { type RunningEnvironment, startEnvironment } from '../../e2e/support/start-environment.js';
import { temporaryDirectory } from '../../e2e/support/temporary-directory.js';
import { median } from '../../e2e/support/until-mirrored.js';

const MIB = 1024 * 1024;

export interface ClientScene {
  readonly environment: RunningEnvironment;
  /** What `blobmirror sas` prints for a client that takes no key. */
  readonly sas: string;
  /** The URL of a container or a blob of the source, signed. */
  url(path: string): string;
  /** A folder with files of several kinds. */
  readonly files: string;
  /** An empty folder for what the client keeps. */
  readonly scratch: string;
  /** Does something with a client and waits until the backup has it all; prints how long single blobs took. */
  mirrors(what: string, act: () => Promise<void>): Promise<number>;
}

export async function startScene(): Promise<ClientScene> {
  const environment = await startEnvironment();
  const { stdout } = await runBlobmirror(['sas', `--local=${environment.readyFile}`]);
  const sas = stdout.trim();
  return {
    environment,
    sas,
    url: (path) => `${environment.info.source.blobEndpoint}/${path}?${sas}`,
    files: await writeFiles(),
    scratch: await temporaryDirectory(),
    mirrors: async (what, act) => {
      const before = lagsOf(environment).length;
      await act();
      await untilQueueDrained(environment.info.serviceBus, { within: 10_000 });
      const blobs = await expectEqualAccounts(environment, { within: 5000 });
      const lags = lagsOf(environment).slice(before);
      console.log(
        `${what}: ${lags.length} events mirrored, half of them within ${median(lags)} ms, all within ${Math.max(...lags)} ms`,
      );
      // Within a second each at light load, and these lines show it; a busy machine must not make a failure of it.
      expect(median(lags)).toBeLessThan(5000);
      expect(environment.process.logged('event moved to the dead-letter queue')).toEqual([]);
      return blobs;
    },
  };
}

/** From the moment of the change to its being mirrored, in milliseconds, for every event so far. */
function lagsOf({ process: started }: RunningEnvironment): number[] {
  return started.logged('mirrored').map((line) => Number(line['lagMs']));
}

async function writeFiles(): Promise<string> {
  const folder = await temporaryDirectory();
  const files: Record<string, Buffer> = {
    'page.html': Buffer.from('<p>hello</p>'),
    'data.json': Buffer.from('{}'),
    empty: Buffer.alloc(0),
    'with space + plus & 100%.txt': Buffer.from('special'),
    'grüße 日本語.txt': Buffer.from('unicode'),
    'sub/folder/deep.txt': Buffer.from('deep'),
    'large.bin': randomBytes(9 * MIB),
  };
  for (let n = 0; n < 20; n++) files[`many/${n}.bin`] = randomBytes(1024);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}
