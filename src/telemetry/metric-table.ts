/**
 * Every metric there is. docs/metrics.md tells of them, and a test sees to it that it tells of all. An attribute has few
 * values, known beforehand: never a key, a name that a user chose, or free text.
 */
export const METRICS = {
  changes: {
    name: 'blobmirror.changes',
    kind: 'counter',
    unit: '{change}',
    attributes: ['verdict', 'door'],
    description: 'Looks at a key that ended well, by what was found or done',
  },
  bytes: {
    name: 'blobmirror.bytes',
    kind: 'counter',
    unit: 'By',
    attributes: ['door'],
    description: 'Bytes of content that were copied',
  },
  lag: {
    name: 'blobmirror.lag',
    kind: 'histogram',
    unit: 's',
    attributes: [],
    description: 'From the time of an event until its change was on the backup',
  },
  retries: {
    name: 'blobmirror.retries',
    kind: 'counter',
    unit: '{message}',
    attributes: ['code', 'door'],
    description: 'Messages that were sent again for another try, by the error',
  },
  parked: {
    name: 'blobmirror.parked',
    kind: 'counter',
    unit: '{message}',
    attributes: ['code'],
    description: 'Events that were moved to the dead-letter queue, by the error',
  },
  ignored: {
    name: 'blobmirror.ignored',
    kind: 'counter',
    unit: '{event}',
    attributes: ['code'],
    description: 'Events that were dropped with a reason',
  },
  requests: {
    name: 'blobmirror.requests',
    kind: 'counter',
    unit: '{request}',
    attributes: ['account', 'outcome'],
    description: 'Requests to storage accounts, by how they ended',
  },
  throttles: {
    name: 'blobmirror.throttles',
    kind: 'counter',
    unit: '{request}',
    attributes: ['account'],
    description: 'Requests that an account answered with 429 or 503',
  },
  slices: {
    name: 'blobmirror.reconcile.slices',
    kind: 'counter',
    unit: '{slice}',
    attributes: ['outcome'],
    description: 'Pieces of full syncs that were recorded, or failed',
  },
  listed: {
    name: 'blobmirror.reconcile.listed',
    kind: 'counter',
    unit: '{blob}',
    attributes: ['side'],
    description: 'Entries that full syncs listed',
  },
  shards: {
    name: 'blobmirror.reconcile.shards',
    kind: 'gauge',
    unit: '{shard}',
    attributes: ['state'],
    description: 'Shards of the full sync that this worker last had a piece of',
  },
  provenAge: {
    name: 'blobmirror.recovery.proven.age',
    kind: 'gauge',
    unit: 's',
    attributes: [],
    description: 'How old the proven recovery point is',
  },
  liveAge: {
    name: 'blobmirror.recovery.live.age',
    kind: 'gauge',
    unit: 's',
    attributes: [],
    description: 'How old the live recovery point is',
  },
  canaryAge: {
    name: 'blobmirror.recovery.canary.age',
    kind: 'gauge',
    unit: 's',
    attributes: [],
    description: 'How old the canary on the backup is',
  },
  backlogMessages: {
    name: 'blobmirror.backlog.messages',
    kind: 'gauge',
    unit: '{message}',
    attributes: ['age'],
    description: 'Messages that wait in the events queue, by how old they are',
  },
  backlogSize: {
    name: 'blobmirror.backlog.size',
    kind: 'gauge',
    unit: 'By',
    attributes: ['age'],
    description: 'Bytes of content that these messages tell of',
  },
  deadLetters: {
    name: 'blobmirror.dead_letters',
    kind: 'gauge',
    unit: '{message}',
    attributes: ['code'],
    description: 'Messages in the dead-letter queues, by the error',
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

export interface MetricDefinition {
  readonly name: `blobmirror.${string}`;
  readonly kind: 'counter' | 'histogram' | 'gauge';
  /** As UCUM has it, the way OpenTelemetry asks for. */
  readonly unit: string;
  readonly attributes: readonly string[];
  readonly description: string;
}

export type MetricName = keyof typeof METRICS;

/** The names of the metrics of one kind. */
export type MetricOf<Kind extends MetricDefinition['kind']> = {
  [Name in MetricName]: (typeof METRICS)[Name] extends { readonly kind: Kind } ? Name : never;
}[MetricName];
