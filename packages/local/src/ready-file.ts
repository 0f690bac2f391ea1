import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { LocalError } from './local-error.ts';

const account = z.object({
  accountName: z.string(),
  accountKey: z.string(),
  blobEndpoint: z.url(),
  dfsEndpoint: z.url().nullable(),
  connectionString: z.string(),
});

const connections = z.object({
  source: account,
  backup: account,
  serviceBus: z.object({ connectionString: z.string(), eventsQueue: z.string(), reconcileQueue: z.string() }),
});

/** What a client needs to connect to the environment. */
export type LocalConnections = z.infer<typeof connections>;
export type LocalAccount = z.infer<typeof account>;

export const READY_FILE = '.blobmirror/local.json';

/**
 * Writes the connections and any further members of the object. Atomic, so that a reader that waits for the
 * file never sees half of it. Readable by the owner only: it holds keys.
 */
export async function writeReadyFile(
  file: string,
  content: LocalConnections & Readonly<Record<string, unknown>>,
): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const half = `${file}.${process.pid}`;
  await writeFile(half, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });
  await rename(half, file);
}

export async function removeReadyFile(file: string): Promise<void> {
  await rm(file, { force: true });
}

/**
 * The connections, with any further members.
 *
 * @throws LocalError `setting-missing` when there is no such file, `setting-invalid` when it is not a ready
 * file
 */
export async function readReadyFile(
  file: string,
): Promise<LocalConnections & Readonly<Record<string, unknown>>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new LocalError(
      'setting-missing',
      `there is no ${file}: it is written once the environment is ready, and removed when the environment stops`,
      { cause },
    );
  }
  const content = parseJson(text);
  const parsed = connections.loose().safeParse(content);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const wrong = content === undefined ? 'it is no JSON' : `${issue?.path.join('.')}: ${issue?.message}`;
  throw new LocalError('setting-invalid', `${file} is not a ready file of the environment: ${wrong}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
