import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';

export interface AnsweringService {
  readonly container: ContainerClient;
  stop(): Promise<void>;
}

/**
 * An HTTP service whose answers the test defines, except for the service's own headers, with the real client
 * in front of it.
 */
export async function startAnsweringService(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<AnsweringService> {
  const server = createServer((request, response) => {
    response.setHeader('x-ms-request-id', randomUUID());
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = new BlobServiceClient(`http://127.0.0.1:${port}/backupaccount`, undefined, {
    retryOptions: { maxTries: 1 },
  });
  return {
    container: client.getContainerClient('photos'),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The error that a promise was rejected with. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => error,
  );
}
