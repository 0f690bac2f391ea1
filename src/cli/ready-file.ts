import { type LocalConnections, readReadyFile as readConnections } from '@blobmirror/local/connections';
import { z } from 'zod';
import { BlobmirrorError } from '../model/errors.ts';

const ofTheApp = z.object({
  http: z.object({ baseUrl: z.url() }),
  /** The name of the mirror, unless it is `default`. */
  name: z.string().optional(),
});

/** What `blobmirror start` writes when it is ready. Part of the outside contract: docs/architecture.md. */
export type ReadyFile = LocalConnections & z.infer<typeof ofTheApp>;

/**
 * @throws LocalError `setting-missing` when there is no such file, `setting-invalid` when it has no
 * connections
 * @throws BlobmirrorError `setting-invalid` when it lacks the settings of the app
 */
export async function readReadyFile(file: string): Promise<ReadyFile> {
  const connections = await readConnections(file);
  const { success, data, error } = ofTheApp.safeParse(connections);
  if (success) return { ...connections, ...data };
  throw new BlobmirrorError(
    'setting-invalid',
    `${file} is not a file that "npm start" wrote: ${z.prettifyError(error)}`,
  );
}
