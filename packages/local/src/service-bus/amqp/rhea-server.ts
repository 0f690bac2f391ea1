import type { Socket } from 'node:net';
import type { AmqpError, Connection } from 'rhea';

/** Names of rhea's own members. */
export const PROCESS = '_process';
export const INCOMPLETE = '_incomplete';

/**
 * Internals of rhea's server side that its typings lack: the members through which the guard validates a
 * client's frames. `asServerConnection` checks that they are as in rhea 3.0.5.
 */
export interface ServerConnection {
  readonly remote_channel_map: Record<number, ServerSession | undefined>;
  readonly state: EndpointState;
  /** Undefined for a client without SASL; before its first header, the choice between both. */
  readonly sasl_transport:
    { readonly transports?: Readonly<Record<number, { readonly outcome?: number }>> } | undefined;
  open(): void;
  close(error: AmqpError): void;
  accept(socket: Socket): void;
  /** Reads a client's bytes. On an internal error it ends the socket silently. */
  input(bytes: Buffer): void;
  /** Writes pending frames; rhea calls it in a tick of its own, so an error in it would end the process. */
  [PROCESS](): void;
  on_open(frame: Frame<OpenFields>): void;
  on_begin(frame: Frame<BeginFields>): void;
  on_attach(frame: Frame<AttachFields>): void;
  on_flow(frame: Frame<FlowFields>): void;
  on_transfer(frame: Frame<TransferFields>): void;
  on_disposition(frame: Frame<DispositionFields>): void;
  on_detach(frame: Frame<HandleFields>): void;
  on_end(frame: Frame<object>): void;
  on_close(frame: Frame<object>): void;
}

interface EndpointState {
  readonly local_open: boolean;
  readonly remote_open: boolean;
}

export interface Frame<Fields> {
  readonly channel: number;
  readonly performative: Fields & { readonly value: unknown[] };
  payload?: Buffer;
}

/** An omitted field is undefined or null. */
type Optional<T> = T | null | undefined;

export interface OpenFields {
  readonly max_frame_size: Optional<number>;
  readonly idle_time_out: Optional<number>;
}

export interface BeginFields {
  readonly remote_channel: Optional<number>;
}

export interface AttachFields {
  readonly name: string;
  readonly handle: number;
  readonly role: boolean;
  readonly initial_delivery_count: Optional<number>;
  /** Encoded; null once it has been replaced by null. */
  source: Optional<DescribedValue>;
  target: Optional<DescribedValue>;
}

export interface DescribedValue {
  readonly descriptor?: { readonly value: unknown };
  readonly value: unknown;
}

interface HandleFields {
  readonly handle: number;
}

interface FlowFields {
  next_incoming_id: Optional<number>;
  handle: Optional<number>;
  delivery_count: Optional<number>;
  readonly link_credit: Optional<number>;
  drain: Optional<boolean>;
}

export interface TransferFields extends HandleFields {
  readonly delivery_id: Optional<number>;
  readonly delivery_tag: Optional<Buffer>;
  message_format: Optional<number>;
  readonly aborted: Optional<boolean>;
}

interface DispositionFields {
  readonly role: boolean;
  readonly first: number;
  last: Optional<number>;
  readonly state: Optional<DescribedValue>;
}

export interface ServerSession {
  readonly state: EndpointState;
  readonly local: { readonly end: object };
  readonly remote: { readonly handles: Record<number, ServerLink | undefined> };
  readonly incoming: {
    next_transfer_id: number;
    next_delivery_id: number | undefined;
    readonly deliveries: { available(): number };
    on_disposition(fields: DispositionFields): void;
  };
  readonly outgoing: {
    /** The first id that was not sent yet. */
    readonly next_pending_delivery: number;
    readonly deliveries: { by_id(id: number): ServerDelivery | undefined };
  };
  create_sender(name: string): ServerLink;
  create_receiver(name: string): ServerLink;
  output(frame: object, payload?: Buffer): void;
  end(error: AmqpError): void;
  on_flow(frame: Frame<FlowFields>): void;
  on_transfer(frame: Frame<TransferFields>): void;
  on_disposition(frame: Frame<DispositionFields>): void;
  on_detach(frame: Frame<HandleFields>): void;
  on_end(frame: Frame<object>): void;
}

export interface ServerLink {
  readonly state: EndpointState;
  readonly local: { readonly attach: { name: string; readonly max_message_size?: Optional<number> } };
  credit: number;
  delivery_count: number;
  /** A delivery with more transfers to come. */
  [INCOMPLETE]: { settled: boolean; readonly id: number; readonly frames: Buffer[] } | undefined;
  is_receiver(): boolean;
  close(error: AmqpError): void;
  on_attach(frame: Frame<AttachFields>): void;
}

interface ServerDelivery {
  readonly settled: boolean;
  remote_settled: boolean;
  update(settled: boolean, state?: unknown): void;
}

const METHODS = [
  'accept',
  'input',
  PROCESS,
  'on_open',
  'on_begin',
  'on_attach',
  'on_flow',
  'on_transfer',
  'on_disposition',
  'on_detach',
  'on_end',
  'on_close',
] as const;

/** Throws when rhea's internals are not as expected: a guard that is never called would not guard. */
export function asServerConnection(connection: Connection): ServerConnection {
  const missing = METHODS.filter((name) => typeof Reflect.get(connection, name) !== 'function');
  if (missing.length > 0)
    throw new Error(`rhea's connections have no ${missing.join(', ')}, unlike rhea 3.0.5`);
  return connection as unknown as ServerConnection;
}
