import { z } from 'zod';
import { type FoundDocument, documentKind } from '../documents/document-kind.ts';
import type { MirrorId } from '../model/mirror-id.ts';

const queuesSchema = z.object({
  /** The host of the Service Bus namespace. */
  namespace: z.string(),
  /** Where the connection names one: a machine may have several brokers. */
  port: z.string().optional(),
  events: z.string(),
  reconcile: z.string(),
});

const formerSchema = z.object({
  /** ISO 8601, as all times here. */
  takenAt: z.string(),
  /**
   * The runs of the release before, which are read where that one wrote them: `own` was begun by this very mirror, and
   * of a `shared` one nobody can tell whose it was.
   */
  runs: z.record(z.string(), z.enum(['own', 'shared'])),
});

const schema = z.object({
  source: z.string(),
  backup: z.string(),
  name: z.string(),
  /** Of the scope and the policy: see `Run.mirror`. */
  settings: z.string(),
  queues: queuesSchema,
  registeredAt: z.string(),
  /** When a worker of it was last at work, some minutes old. */
  seenAt: z.string(),
  /** When the source was looked at, and showed nothing of a mirror the other way round. */
  lookedAt: z.string().optional(),
  former: formerSchema,
});

/** That there is a mirror, who it is, and since when: a small document for each in the state's container. */
export type Registration = z.infer<typeof schema>;
export type Queues = z.infer<typeof queuesSchema>;
export type FormerRuns = Registration['former']['runs'];

/** All mirrors that keep their state in one container. */
export const REGISTRY = 'registry/';

export function registrationName(id: MirrorId): string {
  return `${REGISTRY}${id}`;
}

/** What the names of a mirror's own documents begin with. */
export function documentsPrefix(id: MirrorId): string {
  return `mirrors/${id}/`;
}

export const REGISTRATION_DOCUMENT = documentKind<Registration>('the registration of a mirror', {
  format: 1,
}).of(schema);

/**
 * Undefined for what is no registration, or a damaged one. When it was last written, by the service's own clock, is when
 * a worker of it was last at work.
 */
export function toRegistration(found: FoundDocument<Registration>): Registration | undefined {
  if (found.state !== 'there') return undefined;
  const { value, writtenAt } = found;
  return writtenAt === undefined ? value : { ...value, seenAt: writtenAt.toISOString() };
}
