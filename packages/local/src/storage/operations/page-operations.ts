import type { Conditions, Context } from '../../azurite/azurite-model.ts';
import type { BlobAddress, MetadataStore } from '../../azurite/azurite-stores.ts';
import { errors, validateSequenceNumberConditions } from '../../azurite/azurite.ts';
import type { StoredBlob } from '../../store/blob.ts';
import { type Stage, changedBlob } from './find.ts';
import { refuseChange } from './immutability.ts';
import { touch } from './write-operations.ts';

type PageOperations = Pick<
  MetadataStore,
  'uploadPages' | 'clearRange' | 'resizePageBlob' | 'updateSequenceNumber'
>;

/** Pages of page blobs, their length and sequence number. */
export function pageOperations(stage: Stage): PageOperations {
  const { store } = stage;
  const { parts } = store;

  const pageBlob = (
    context: Context,
    address: BlobAddress,
    lease: object | undefined,
    conditions: Conditions | undefined,
    sequence: object | undefined,
  ): StoredBlob => {
    const blob = changedBlob(stage, context, address, lease, conditions);
    validateSequenceNumberConditions(context, sequence, blob);
    if (blob.properties.blobType !== 'PageBlob') throw errors.getBlobInvalidBlobType(context.contextId);
    return blob;
  };

  return {
    async uploadPages(
      context,
      { accountName, containerName, name },
      start,
      end,
      content,
      lease,
      conditions,
      sequence,
    ) {
      return await Promise.resolve(
        store.write(() => {
          const address = { account: accountName, container: containerName, blob: name };
          const blob = pageBlob(context, address, lease, conditions, sequence);
          refuseChange(context, blob);
          parts.writePages(blob.id, start, end, content);
          return touch(stage, blob, context.startTime);
        }),
      );
    },
    async clearRange(context, { accountName, containerName, name }, start, end, lease, conditions, sequence) {
      return await Promise.resolve(
        store.write(() => {
          const address = { account: accountName, container: containerName, blob: name };
          const blob = pageBlob(context, address, lease, conditions, sequence);
          refuseChange(context, blob);
          parts.clearPages(blob.id, start, end);
          return touch(stage, blob, context.startTime);
        }),
      );
    },
    async resizePageBlob(context, account, container, path, length, lease, conditions) {
      return await Promise.resolve(
        store.write(() => {
          const blob = pageBlob(context, { account, container, blob: path }, lease, conditions, undefined);
          refuseChange(context, blob);
          const before = blob.properties.contentLength ?? 0;
          if (before > length) parts.clearPages(blob.id, length, before - 1);
          blob.properties.contentLength = length;
          return touch(stage, blob, context.startTime);
        }),
      );
    },
    async updateSequenceNumber(context, account, container, path, action, given, lease, conditions) {
      return await Promise.resolve(
        store.write(() => {
          const blob = pageBlob(context, { account, container, blob: path }, lease, conditions, undefined);
          blob.properties.blobSequenceNumber = nextNumber(
            context,
            action,
            blob.properties.blobSequenceNumber ?? 0,
            given,
          );
          return touch(stage, blob, context.startTime);
        }),
      );
    },
  };
}

function nextNumber(context: Context, action: string, now: number, given: number | undefined): number {
  const refuse = (message: string) => errors.getInvalidOperation(context.contextId, message);
  const header = 'x-ms-blob-sequence-number';
  if (action === 'increment') {
    if (given !== undefined)
      throw refuse(`${header} cannot be provided when x-ms-sequence-number-action is set to increment.`);
    return now + 1;
  }
  if (action !== 'max' && action !== 'update') throw refuse('Unsupported x-ms-sequence-number-action value.');
  if (given === undefined)
    throw refuse(`${header} is required when x-ms-sequence-number-action is set to ${action}.`);
  return action === 'max' ? Math.max(now, given) : given;
}
