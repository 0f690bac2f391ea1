import type { ContainerClient } from '@azure/storage-blob';
import { serviceCode } from '../errors/storage-error.ts';

/**
 * Sends a write, and where the container does not exist, creates it and sends the write again: a write that is refused
 * for that reason did nothing. Errors are the SDK's.
 */
export async function sendCreatingContainer<Result>(
  container: ContainerClient,
  send: () => Promise<Result>,
): Promise<Result> {
  try {
    return await send();
  } catch (error) {
    if (serviceCode(error) !== 'ContainerNotFound') throw error;
    try {
      await container.create();
    } catch (failure) {
      if (serviceCode(failure) !== 'ContainerAlreadyExists') throw failure;
    }
    return await send();
  }
}
