import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { changeDocument, documentKind } from '../documents/change-document.ts';
import type { DocumentStore } from '../ports/document-store.ts';

const SECRET = 'session/secret';
const SECRET_BYTES = 32;

const SECRET_DOCUMENT = documentKind<{ readonly secret: string }>('the secret of the page', { format: 1 }).of(
  z.object({
    secret: z
      .base64()
      .refine((text) => Buffer.from(text, 'base64').length === SECRET_BYTES, `not ${SECRET_BYTES} bytes`),
  }),
);

/**
 * What the page's tokens are made from, the same for all instances of the app: created where there is none, or a damaged
 * one.
 *
 * @param damaged is called with the name of a damaged document
 * @throws BlobmirrorError any storage code, or `document-too-new`
 */
export async function readSecret(
  documents: Pick<DocumentStore, 'read' | 'write'>,
  damaged: (name: string) => void,
): Promise<Buffer> {
  const { found, changed } = await changeDocument(documents, SECRET_DOCUMENT, SECRET, (before) =>
    before === undefined ? { secret: randomBytes(SECRET_BYTES).toString('base64') } : undefined,
  );
  if (found.state === 'damaged') damaged(SECRET);
  const stored = changed ?? (found.state === 'there' ? found.value : undefined);
  if (stored === undefined) throw new Error('a secret is created where there is none');
  return Buffer.from(stored.secret, 'base64');
}
