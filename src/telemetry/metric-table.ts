/**
 * All metrics. A test holds docs/metrics.md to this table. An attribute has few values: never a key, a name that a user
 * chose, or free text.
 */
export const METRICS = {
  changes: {
    name: 'blobmirror.changes',
    kind: 'counter',
    unit: '{change}',
    attributes: ['verdict', 'door'],
    description: 'Successful checks of a key, by what was found or done',
  },
  bytes: {
    name: 'blobmirror.bytes',
    kind: 'counter',
    unit: 'By',
    attributes: ['door'],
    description: 'Bytes of content copied',
  },
  lag: {
    name: 'blobmirror.lag',
    kind: 'histogram',
    unit: 's',
    attributes: [],
    description: 'Replication lag: from the time of an event until its change was on the backup',
  },
  retries: {
    name: 'blobmirror.retries',
    kind: 'counter',
    unit: '{message}',
    attributes: ['code', 'door'],
    description: 'Messages that were sent again for a retry, by error',
  },
  parked: {
    name: 'blobmirror.parked',
    kind: 'counter',
    unit: '{message}',
    attributes: ['code'],
    description: 'Events that were dead-lettered, by error',
  },
  ignored: {
    name: 'blobmirror.ignored',
    kind: 'counter',
    unit: '{event}',
    attributes: ['code'],
    description: 'Events that were ignored, by reason',
  },
  requests: {
    name: 'blobmirror.requests',
    kind: 'counter',
    unit: '{request}',
    attributes: ['account', 'outcome'],
    description: 'Requests to storage accounts, by outcome',
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
    description: 'Slices of full syncs that were recorded or failed',
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
    description: 'Shards of the run that this worker last worked on',
  },
  provenAge: {
    name: 'blobmirror.recovery.proven.age',
    kind: 'gauge',
    unit: 's',
    attributes: [],
    description: 'Age of the proven recovery point',
  },
  liveAge: {
    name: 'blobmirror.recovery.live.age',
    kind: 'gauge',
    unit: 's',
    attributes: [],
    description: 'Age of the live recovery point',
  },
  canaryAge: {
    name: 'blobmirror.recovery.canary.age',
    kind: 'gauge',
    unit: 's',
    attributes: [],
    description: 'Age of the canary on the backup',
  },
  backlogMessages: {
    name: 'blobmirror.backlog.messages',
    kind: 'gauge',
    unit: '{message}',
    attributes: ['age'],
    description: 'Messages in the events queue, by age',
  },
  backlogSize: {
    name: 'blobmirror.backlog.size',
    kind: 'gauge',
    unit: 'By',
    attributes: ['age'],
    description: 'Bytes of content that these messages are about',
  },
  deadLetters: {
    name: 'blobmirror.dead_letters',
    kind: 'gauge',
    unit: '{message}',
    attributes: ['code'],
    description: 'Messages in the dead-letter queues, by error',
  },
  healthProblems: {
    name: 'blobmirror.health.problems',
    kind: 'gauge',
    unit: '{problem}',
    attributes: ['code', 'severity'],
    description: 'Problems of health: 1 for each code that there is now',
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

export interface MetricDefinition {
  readonly name: `blobmirror.${string}`;
  readonly kind: 'counter' | 'histogram' | 'gauge';
  /** In UCUM, as OpenTelemetry requires. */
  readonly unit: string;
  readonly attributes: readonly string[];
  readonly description: string;
}

export type MetricName = keyof typeof METRICS;

/** The names of the metrics of one kind. */
export type MetricOf<Kind extends MetricDefinition['kind']> = {
  [Name in MetricName]: (typeof METRICS)[Name] extends { readonly kind: Kind } ? Name : never;
}[MetricName];
