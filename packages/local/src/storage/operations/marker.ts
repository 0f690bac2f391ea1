import { z } from 'zod';
import type { Context } from '../../azurite/azurite-model.ts';
import { invalidQuery } from '../../requests/unsupported-requests.ts';

const shape = z.strictObject({
  /** The last name of the page. */
  name: z.string().optional(),
  /** Its last row was this one of the name, in a listing with versions or deleted blobs. */
  at: z.string().optional(),
  /** Its last row was this snapshot of the name: the later ones and the blob itself follow. */
  snapshot: z.string().optional(),
  /** In place of a name: the first name after the last prefix of the page. */
  from: z.string().optional(),
  /** Of a search in all containers. */
  container: z.string().optional(),
});

export type Marker = z.infer<typeof shape>;

/** Where the next page begins, opaque for clients as Azure's markers are. */
export function toMarker(marker: Marker): string {
  return Buffer.from(JSON.stringify(marker)).toString('base64url');
}

/** @throws AzuriteError 400 for what is no marker of this storage */
export function fromMarker(context: Context, text: string): Marker {
  if (text === '') return {};
  try {
    return shape.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
  } catch {
    throw invalidQuery(context, 'marker', text);
  }
}
