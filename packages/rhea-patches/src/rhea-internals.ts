/**
 * Our knowledge of rhea beyond its documented interface, for the two patches.
 *
 * rhea is the AMQP library under `@azure/service-bus` and under our own broker. Every copy that either can
 * load is found and patched, ES module or not. A rhea with other internals makes the patch throw at the
 * start: a patch that silently did not apply would settle the wrong message. Nothing here may depend on the
 * content of messages.
 */
import { loadRheaCopies, type RheaCopy } from './rhea-copies.ts';

/** A delivery in rhea; `state` is the described outcome that was or will be sent. */
export interface RheaDelivery {
  readonly id: number;
  readonly link: RheaLink;
  settled: boolean;
  remote_settled: boolean;
  state: RheaOutcome | undefined;
}

export interface RheaOutcome {
  readonly descriptor: { readonly value: unknown };
}

interface RheaLink {
  readonly session: RheaSession;
  is_receiver(): boolean;
}

interface RheaSession {
  incoming: RheaDirection;
  outgoing: RheaDirection;
  is_open(): boolean;
  output(frame: unknown): void;
}

/** One direction of a session. `updated` (incoming) and `pending_dispositions` (outgoing) wait to be written. */
export interface RheaDirection {
  deliveries: RheaDeliveryBuffer;
  updated: RheaDelivery[];
  pending_dispositions: RheaDelivery[];
  update: (
    this: RheaDirection,
    delivery: RheaDelivery,
    settled: boolean,
    state: RheaOutcome | undefined,
  ) => void;
}

/** The unsettled deliveries of one direction; `capacity` bounds `size`, and with it the session window. */
export interface RheaDeliveryBuffer {
  readonly capacity: number;
  size: number;
  available(): number;
  push(delivery: RheaDelivery): void;
  pop_if(done: (delivery: RheaDelivery) => boolean): number;
  by_id(id: number): RheaDelivery | undefined;
}

/** The fields of a disposition frame: one outcome for every delivery from `first` to `last`. */
interface DispositionFields {
  role: boolean;
  first: number;
  last: number;
  state: RheaOutcome | undefined;
  settled: boolean;
}

/** The internals of one loaded copy of rhea: the prototypes of its sessions. */
export interface RheaInternals {
  readonly path: string;
  readonly incoming: RheaDirection;
  readonly outgoing: RheaDirection;
  readonly deliveryBuffer: RheaDeliveryBuffer;
  createDisposition(fields: DispositionFields): unknown;
}

interface RheaModule {
  create_connection(options: object): { create_session(): RheaSession };
}

interface RheaFrames {
  disposition(fields: DispositionFields): unknown;
}

/** Every distinct copy of rhea that this process uses. */
export function loadRheaInternals(): RheaInternals[] {
  return loadRheaCopies().map(open);
}

function open({ path, rhea, frames }: RheaCopy): RheaInternals {
  if (!isRheaModule(rhea) || !isRheaFrames(frames)) throw unexpected(path, 'the module');
  const session = rhea.create_connection({}).create_session();
  expect(path, 'session.incoming.updated', Array.isArray(session.incoming.updated));
  expect(path, 'session.outgoing.pending_dispositions', Array.isArray(session.outgoing.pending_dispositions));
  expect(path, 'session.output', typeof session.output === 'function');
  for (const direction of [session.incoming, session.outgoing]) {
    expect(path, 'update(delivery, settled, state)', isMethod(direction, 'update', 3));
    expect(path, 'deliveries.capacity', direction.deliveries.capacity > 0 && direction.deliveries.size === 0);
    for (const [method, length] of bufferMethods) {
      expect(path, `deliveries.${method}`, isMethod(direction.deliveries, method, length));
    }
  }
  return {
    path,
    incoming: prototypeOf(session.incoming),
    outgoing: prototypeOf(session.outgoing),
    deliveryBuffer: prototypeOf(session.incoming.deliveries),
    createDisposition: (fields) => frames.disposition(fields),
  };
}

const bufferMethods = [
  ['available', 0],
  ['push', 1],
  ['pop_if', 1],
  ['by_id', 1],
] as const;

function isRheaModule(value: unknown): value is RheaModule {
  return typeof value === 'object' && value !== null && 'create_connection' in value;
}

function isRheaFrames(value: unknown): value is RheaFrames {
  return typeof value === 'object' && value !== null && 'disposition' in value;
}

function prototypeOf<T extends object>(instance: T): T {
  const prototype: unknown = Object.getPrototypeOf(instance);
  if (!isPrototype(prototype, instance)) throw new TypeError('an instance without a prototype');
  return prototype;
}

function isPrototype<T extends object>(prototype: unknown, instance: T): prototype is T {
  return typeof prototype === 'object' && prototype !== null && prototype === Object.getPrototypeOf(instance);
}

/** A method on the prototype: one on the instance would shadow ours. */
function isMethod(instance: object, name: string, length: number): boolean {
  const method: unknown = Reflect.get(prototypeOf(instance), name);
  return typeof method === 'function' && method.length === length && !Object.hasOwn(instance, name);
}

function expect(path: string, member: string, holds: boolean): void {
  if (!holds) throw unexpected(path, member);
}

function unexpected(path: string, member: string): Error {
  return new Error(
    `cannot patch rhea at ${path}: ${member} is not as in rhea 3.0.5, which the patch was written for`,
  );
}
