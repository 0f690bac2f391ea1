import { BACKUP, SOURCE } from '@blobmirror/local/connections';

const connect = ({ name, key }: { name: string; key: string }): string =>
  `DefaultEndpointsProtocol=http;AccountName=${name};AccountKey=${key};BlobEndpoint=http://127.0.0.1:9/${name};`;

/** Valid settings that reach nothing: port 9 is the discard port. */
export const SETTINGS_OUT_OF_REACH = {
  BLOBMIRROR_SOURCE: connect(SOURCE),
  BLOBMIRROR_BACKUP: connect(BACKUP),
  BLOBMIRROR_SERVICE_BUS:
    'Endpoint=sb://127.0.0.1:9;SharedAccessKeyName=x;SharedAccessKey=y;UseDevelopmentEmulator=true',
  BLOBMIRROR_EVENTS_QUEUE: 'storage-events',
  BLOBMIRROR_RECONCILE_QUEUE: 'reconcile',
};
