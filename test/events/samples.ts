/** Events as Azure documents them, in both schemas, around one set of facts. */
export interface SampleFacts {
  readonly type: string;
  readonly subject: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const TOPIC =
  '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Storage/providers/Microsoft.Storage/storageAccounts/MyAccount';
export const EVENT_ID = '5e6f3a10-501e-0042-7a11-9c2f0d06ab12';
export const EVENT_TIME = '2026-03-04T05:06:07.1647262Z';

export function subjectOf(container: string, path: string): string {
  return `/blobServices/default/containers/${container}/blobs/${path}`;
}

export function eventGridEvent(facts: SampleFacts): Record<string, unknown> {
  return {
    topic: TOPIC,
    subject: facts.subject,
    eventType: facts.type,
    eventTime: EVENT_TIME,
    id: EVENT_ID,
    data: facts.data,
    dataVersion: '',
    metadataVersion: '1',
  };
}

export function cloudEvent(facts: SampleFacts): Record<string, unknown> {
  return {
    source: TOPIC,
    subject: facts.subject,
    type: facts.type,
    time: EVENT_TIME,
    id: EVENT_ID,
    data: facts.data,
    specversion: '1.0',
  };
}

export const SCHEMAS = [
  ['the Event Grid schema', eventGridEvent],
  ['CloudEvents 1.0', cloudEvent],
] as const;

export function created(path: string, url: string, container = 'photos'): SampleFacts {
  return {
    type: 'Microsoft.Storage.BlobCreated',
    subject: subjectOf(container, path),
    data: { api: 'PutBlob', url, contentType: 'text/plain', contentLength: 3, blobType: 'BlockBlob' },
  };
}
