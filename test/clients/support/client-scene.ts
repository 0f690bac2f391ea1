import { expect } from 'vitest';
import { runBlobmirror } from '../../e2e/support/blobmirror-process.ts';
import { expectEqualAccounts } from '../../e2e/support/expect-equal-accounts.ts';
import { untilQueueDrained } from '../../e2e/support/queue-counts.ts';
import { type RunningEnvironment, startEnvironment } from '../../e2e/support/start-environment.ts';
import { temporaryDirectory } from '../../e2e/support/temporary-directory.ts';
import { writeFiles } from './write-files.ts';

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
      await untilQueueDrained(environment.info.serviceBus);
      const blobs = await expectEqualAccounts(environment);
      const lags = lagsOf(environment).slice(before);
      console.log(
        `${what}: ${lags.length} events mirrored, half of them within ${median(lags)} ms, all within ${Math.max(...lags)} ms`,
      );
      expect(environment.process.logged('event moved to the dead-letter queue')).toEqual([]);
      return blobs;
    },
  };
}

/** From the moment of the change to its being mirrored, in milliseconds, for every event so far. */
function lagsOf({ process: started }: RunningEnvironment): number[] {
  return started.logged('mirrored').map((line) => Number(line['lagMs']));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
