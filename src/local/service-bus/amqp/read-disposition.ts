import type { Disposition } from '../queue/disposition.ts';
import type { Properties, PropertyValue } from '../queue/queued-message.ts';

/** The AMQP outcome of a delivery, with the members that Service Bus gives a meaning. */
interface RemoteState {
  readonly undeliverable_here?: unknown;
  readonly message_annotations?: unknown;
  readonly error?: { readonly info?: unknown } | null;
}

/**
 * What a client asks for with an outcome: accepted completes, rejected dead-letters, released gives back what was
 * never tried, modified abandons or (with undeliverable_here) defers. Source: "AMQP 1.0 in Azure Service Bus protocol
 * guide", the client's own code, and for released Azure/amqpnetlite#342.
 */
export function readDisposition(
  outcome: 'accepted' | 'released' | 'rejected' | 'modified',
  state: RemoteState | undefined,
): Disposition {
  if (outcome === 'accepted') return { kind: 'complete' };
  if (outcome === 'released') return { kind: 'release' };
  if (outcome === 'rejected') return { kind: 'dead-letter', properties: toProperties(state?.error?.info) };
  const kind = state?.undeliverable_here === true ? 'defer' : 'abandon';
  return { kind, properties: toProperties(state?.message_annotations) };
}

/** A map from the wire as application properties; what cannot stand in one is left out. */
export function toProperties(map: unknown): Properties {
  if (typeof map !== 'object' || map === null) return {};
  const values = Object.entries<unknown>({ ...map });
  return Object.fromEntries(
    values.filter((entry): entry is [string, PropertyValue] => isPropertyValue(entry[1])),
  );
}

function isPropertyValue(value: unknown): value is PropertyValue {
  return (
    value === null ||
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'boolean' ||
    value instanceof Date ||
    Buffer.isBuffer(value)
  );
}
