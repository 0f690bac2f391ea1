import { parseEtag } from '../../model/etag.ts';
import type { CanarySource } from '../../ports/canary-source.ts';
import type { Account } from '../account/connect-account.ts';
import { serviceCode, toStorageError } from '../errors/storage-error.ts';

/** The canary's side of the source account. */
export function createAzureCanarySource({ client, name }: Account): CanarySource {
  return {
    write: async ({ container, path }, text) => {
      const parent = client.getContainerClient(container);
      const upload = async () =>
        await parent.getBlockBlobClient(path).upload(text, Buffer.byteLength(text), {
          blobHTTPHeaders: { blobContentType: 'application/json' },
        });
      try {
        return parseEtag((await uploadCreatingContainer(upload, async () => await parent.create())).etag);
      } catch (error) {
        throw toStorageError(error, 'write', name);
      }
    },
  };
}

async function uploadCreatingContainer<Result>(
  upload: () => Promise<Result>,
  create: () => Promise<unknown>,
): Promise<Result> {
  try {
    return await upload();
  } catch (error) {
    if (serviceCode(error) !== 'ContainerNotFound') throw error;
    try {
      await create();
    } catch (failure) {
      if (serviceCode(failure) !== 'ContainerAlreadyExists') throw failure;
    }
    return await upload();
  }
}
