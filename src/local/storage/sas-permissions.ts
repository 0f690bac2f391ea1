import { accountSasPermissions, blobSasPermissions, containerSasPermissions, operations } from './azurite.ts';

/** The operations that read from a URL, each with the plain write whose permission Azure asks of it. */
const sameAs = {
  BlockBlob_PutBlobFromUrl: 'BlockBlob_Upload',
  BlockBlob_StageBlockFromURL: 'BlockBlob_StageBlock',
  AppendBlob_AppendBlockFromUrl: 'AppendBlob_AppendBlock',
  PageBlob_UploadPagesFromURL: 'PageBlob_UploadPages',
} as const;

/** Adds the rows that Azurite's permission tables lack: without one it answers 500 to a request under a SAS. */
export function completeSasPermissions(): void {
  for (const table of [accountSasPermissions, blobSasPermissions, containerSasPermissions]) {
    for (const [missing, known] of Object.entries(sameAs)) {
      const operation = operations[missing];
      const row = table.get(operations[known] ?? -1);
      if (operation === undefined || row === undefined)
        throw new Error(`This version of Azurite does not fit: no SAS permission of ${known}`);
      if (!table.has(operation)) table.set(operation, row);
    }
  }
}
