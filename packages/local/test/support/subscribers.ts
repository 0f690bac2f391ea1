import type { StorageMutation } from '../../src/requests/storage-mutation.ts';
import type { Delivery, Subscription } from '../../src/event-grid/subscription.ts';

export function mutationOf(path: string, facts: Partial<StorageMutation> = {}): StorageMutation {
  return {
    account: 'sourceaccount',
    container: 'photos',
    path,
    api: 'PutBlob',
    eTag: '0x8DC1234567890AB',
    contentType: 'text/plain',
    contentLength: 3,
    blobType: 'BlockBlob',
    url: `http://127.0.0.1:10000/sourceaccount/photos/${encodeURIComponent(path)}`,
    requestId: '5e6f3a10-501e-0042-7a11-9c2f0d000000',
    clientRequestId: '0c1f0f7e-52a8-4a6e-8d6f-0d2f4f3f1a11',
    time: new Date('2026-03-04T05:06:07.164Z'),
    ...facts,
  };
}

/** A subscription that records its deliveries. */
export function recording(facts: Partial<Subscription> = {}): {
  subscription: Subscription;
  got: Delivery[];
} {
  const got: Delivery[] = [];
  const subscription: Subscription = {
    name: 'To-Queue',
    account: 'sourceaccount',
    schema: 'EventGridSchema',
    deliver: (delivery) => {
      got.push(delivery);
      return Promise.resolve();
    },
    ...facts,
  };
  return { subscription, got };
}

/** The names of the events' blobs, from their subjects. */
export function subjectsOf(got: readonly Delivery[]): string[] {
  return got.map(({ body }) => String(body['subject']).replace(/^.*\/blobs\//, ''));
}

export function dataOf(delivery: Delivery | undefined): Record<string, unknown> {
  const data = delivery?.body['data'];
  if (typeof data !== 'object' || data === null) throw new Error('an event without data');
  return { ...data };
}
