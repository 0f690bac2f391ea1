import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createAzureBackupStore } from '../../../../src/azure/backup-store.ts';
import { connectAccount } from '../../../../src/azure/account/connect-account.ts';
import { COPY_DEFAULTS } from '../../../../src/azure/copy/copy-engine.ts';
import { parseEtag } from '../../../../src/model/etag.ts';
import { parseKey } from '../../../../src/model/key.ts';
import type { CopyOutcome, CopyRequest } from '../../../../src/ports/backup-store.ts';

const MIB = 1024 * 1024;
const SAMPLE_MS = 20;
const WARM_UP = 256 * MIB;

export interface StreamedCopy {
  readonly outcome: CopyOutcome;
  /** Peak memory of this process above that of a first copy, of 256 MiB. */
  readonly growthMiB: number;
  /** The same above the memory before any copy: buffers, compiled code and garbage not yet collected. */
  readonly overallMiB: number;
  readonly seconds: number;
  /** What the other side received: bytes, wrong pieces, and the blocks of the committed list. */
  readonly totals: { readonly received: number; readonly damaged: number; readonly committed: number };
}

/** Streams a blob of that many bytes, which fits no disk and no memory, through this process. */
export async function measureStreamedCopy(size: number): Promise<StreamedCopy> {
  const { size: block } = COPY_DEFAULTS.streamedBlock;
  const service = fork(new URL('./endless-service.ts', import.meta.url), [String(block)], { execArgv: [] });
  try {
    const port = await nextMessage<number>(service);
    const connect = (name: string) => {
      const key = Buffer.from(name).toString('base64');
      const endpoint = `http://127.0.0.1:${port}/${name}`;
      return connectAccount({
        connectionString: `DefaultEndpointsProtocol=http;AccountName=${name};AccountKey=${key};BlobEndpoint=${endpoint};`,
      });
    };
    const store = createAzureBackupStore(connect('backupaccount'), connect('sourceaccount'), {
      engine: 'streamed',
    });

    const start = process.memoryUsage.rss();
    const warm = await watch(() => store.copy(requestFor(WARM_UP)));
    const { result: outcome, peak, seconds } = await watch(() => store.copy(requestFor(size)));
    service.send('report');
    const { received, ...totals } = await nextMessage<StreamedCopy['totals']>(service);
    return {
      outcome,
      growthMiB: (peak - warm.peak) / MIB,
      overallMiB: (peak - start) / MIB,
      seconds,
      totals: { received: received - WARM_UP, ...totals },
    };
  } finally {
    service.disconnect();
    await once(service, 'exit');
  }
}

async function watch<Result>(
  run: () => Promise<Result>,
): Promise<{ result: Result; peak: number; seconds: number }> {
  let peak = 0;
  const sampling = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), SAMPLE_MS);
  const started = performance.now();
  const result = await run();
  clearInterval(sampling);
  return { result, peak, seconds: (performance.now() - started) / 1000 };
}

function requestFor(size: number): CopyRequest {
  return {
    key: parseKey('docs', 'endless'),
    source: {
      present: true,
      etag: parseEtag('0x1'),
      lastModified: new Date(0),
      size,
      kind: 'block',
      contentMd5: undefined,
      headers: {},
      metadata: {},
      stamp: undefined,
      archived: false,
    },
    metadata: {},
    condition: { nothingThere: true },
    tier: undefined,
    tags: {},
  };
}

async function nextMessage<Message>(service: ChildProcess): Promise<Message> {
  const [message] = (await once(service, 'message')) as [Message];
  return message;
}
