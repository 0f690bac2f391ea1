import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { BlobmirrorError } from '../../../src/model/errors.ts';

const account = z.object({
  accountName: z.string(),
  accountKey: z.string(),
  blobEndpoint: z.url(),
  dfsEndpoint: z.url().nullable(),
  connectionString: z.string(),
});

const schema = z.object({
  source: account,
  backup: account,
  serviceBus: z.object({ connectionString: z.string(), eventsQueue: z.string(), reconcileQueue: z.string() }),
  http: z.object({ baseUrl: z.url() }),
  /** The mirror's, where it is not `default`. */
  name: z.string().optional(),
});

/** Everything that a client needs to reach the embedded environment. Part of the outside contract: docs/architecture.md. */
export type LocalConnections = z.infer<typeof schema>;
export type LocalAccount = z.infer<typeof account>;

export const READY_FILE = '.blobmirror/local.json';

/** Whole or not at all, so that a reader that waits for the file never sees half of it. Only the owner may read it: it holds keys. */
export async function writeReadyFile(file: string, info: LocalConnections): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const half = `${file}.${process.pid}`;
  await writeFile(half, `${JSON.stringify(info, undefined, 2)}\n`, { mode: 0o600 });
  await rename(half, file);
}

export async function removeReadyFile(file: string): Promise<void> {
  await rm(file, { force: true });
}

/** @throws BlobmirrorError `setting-missing` when there is no such file, `setting-invalid` when it is another's */
export async function readReadyFile(file: string): Promise<LocalConnections> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new BlobmirrorError(
      'setting-missing',
      `there is no ${file}: "npm start" writes it once it is ready, and removes it when it ends`,
      { cause },
    );
  }
  const parsed = schema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new BlobmirrorError(
    'setting-invalid',
    `${file} is not a file that "npm start" wrote: ${z.prettifyError(parsed.error)}`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
