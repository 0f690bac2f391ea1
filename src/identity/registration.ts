import { z } from 'zod';
import { type FoundDocument, documentKind } from '../documents/change-document.ts';
import type { MirrorId } from '../model/mirror-id.ts';

const queuesSchema = z.object({
  /** The host of the Service Bus namespace. */
  namespace: z.string(),
  /** If the connection names one: a machine may have several brokers. */
  port: z.string().optional(),
  events: z.string(),
  reconcile: z.string(),
});

const formerSchema = z.object({
  /** ISO 8601, as all times here. */
  takenAt: z.string(),
  /**
   * The runs of the former release that are read under their old names: `own`: this mirror began it;
   * `shared`: the mirror that began it is not known.
   */
  runs: z.record(z.string(), z.enum(['own', 'shared'])),
});

const schema = z.object({
  source: z.string(),
  backup: z.string(),
  name: z.string(),
  /** Digest of scope and policy: see `Run.mirror`. */
  settings: z.string(),
  queues: queuesSchema,
  registeredAt: z.string(),
  /** When a worker of it was last active; up to some minutes old. */
  seenAt: z.string(),
  /** When the source was checked for a mirror in the other direction, and none was found. */
  lookedAt: z.string().optional(),
  former: formerSchema,
});

/** The registration of a mirror: a small document in the state's container. */
export type Registration = z.infer<typeof schema>;
export type Queues = z.infer<typeof queuesSchema>;
export type FormerRuns = Registration['former']['runs'];

/** The registrations of all mirrors that keep their state in one container. */
export const REGISTRY = 'registry/';

export function registrationName(id: MirrorId): string {
  return `${REGISTRY}${id}`;
}

/** The prefix of a mirror's own documents. */
export function documentsPrefix(id: MirrorId): string {
  return `mirrors/${id}/`;
}

export const REGISTRATION_DOCUMENT = documentKind<Registration>('the registration of a mirror', {
  format: 1,
}).of(schema);

/**
 * Undefined if there is no registration or a damaged one. The service's time of the last write tells when a
 * worker was last active.
 */
export function toRegistration(found: FoundDocument<Registration>): Registration | undefined {
  if (found.state !== 'there') return undefined;
  const { value, writtenAt } = found;
  return writtenAt === undefined ? value : { ...value, seenAt: writtenAt.toISOString() };
}
