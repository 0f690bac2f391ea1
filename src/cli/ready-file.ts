import { once } from 'node:events';
import { connect } from 'node:net';
import {
  type LocalConnections,
  readReadyFile as readConnections,
  removeReadyFile,
} from '@blobmirror/local/connections';
import { z } from 'zod';
import { BlobmirrorError } from '../model/errors.ts';

const ofTheApp = z.object({
  http: z.object({ baseUrl: z.url() }),
  /** The name of the mirror, unless it is `default`. */
  name: z.string().optional(),
  /** The process that wrote the file. */
  pid: z.number().optional(),
});

/** What `blobmirror start` writes when it is ready. Part of the outside contract: docs/architecture.md. */
export type ReadyFile = LocalConnections & z.infer<typeof ofTheApp>;

/**
 * @throws BlobmirrorError `local-not-running` when there is no such file, `ready-file-damaged` when it is not as
 * "npm start" writes it
 */
export async function readReadyFile(file: string): Promise<ReadyFile> {
  let connections: Awaited<ReturnType<typeof readConnections>>;
  try {
    connections = await readConnections(file);
  } catch (thrown) {
    const { code, message } = thrown as { readonly code?: unknown; readonly message: string };
    if (code === 'setting-missing') throw new BlobmirrorError('local-not-running', `there is no ${file}`);
    if (code === 'setting-invalid') throw damaged(file, message.replace(/^.*?: /, ''));
    throw thrown;
  }
  const { success, data, error } = ofTheApp.safeParse(connections);
  if (success) return { ...connections, ...data };
  const [issue] = error.issues;
  throw damaged(file, `${issue?.path.join('.')}: ${issue?.message}`);
}

function damaged(file: string, why: string): BlobmirrorError {
  return new BlobmirrorError(
    'ready-file-damaged',
    `${file} is not a file that "npm start" wrote (${why.replace(/[.\s]+$/, '')})`,
  );
}

/**
 * Removes the file that a killed environment left, since a reader could take it for that of this one.
 *
 * @throws BlobmirrorError `ready-file-taken` when its environment runs
 */
export async function removeAbandoned(file: string): Promise<void> {
  const writer = await writerOf(file);
  if (writer !== undefined && (await isRunning(writer)))
    throw new BlobmirrorError(
      'ready-file-taken',
      `${file} belongs to another "npm start" that runs${writer.pid === undefined ? '' : ` (process ${writer.pid})`}, at ${new URL(writer.source.blobEndpoint).host}`,
    );
  await removeReadyFile(file);
}

/** Removes the file that this process wrote: another environment may have written its own there since. */
export async function removeOwn(file: string): Promise<void> {
  if ((await writerOf(file))?.pid === process.pid) await removeReadyFile(file);
}

/** Undefined: there is none, or it is not as "npm start" writes it. */
async function writerOf(file: string): Promise<ReadyFile | undefined> {
  try {
    return await readReadyFile(file);
  } catch {
    return undefined;
  }
}

/** By both signs: a process id and a port may each have been given to another program meanwhile. */
async function isRunning({ pid, source }: ReadyFile): Promise<boolean> {
  if (pid !== undefined && !isAlive(pid)) return false;
  return (await whyNotListening(source.blobEndpoint)) === undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is another user's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Undefined: something listens there. */
export async function whyNotListening(endpoint: string): Promise<string | undefined> {
  const { hostname, port } = new URL(endpoint);
  const socket = connect(Number(port), hostname);
  try {
    await once(socket, 'connect');
    return undefined;
  } catch (error) {
    return `${error instanceof Error && 'code' in error ? String(error.code) : 'no connection'} at ${hostname}:${port}`;
  } finally {
    socket.destroy();
  }
}
