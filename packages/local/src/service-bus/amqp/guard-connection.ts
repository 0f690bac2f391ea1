import type { AmqpError, Connection } from 'rhea';
import type { Socket } from 'node:net';
import type { LocalLogger } from '../../logger.ts';
import { CONDITION } from './conditions.ts';
import { BrokenFrame, FrameParser, type Incoming, SASL_PROTOCOL } from './frame-gate.ts';
import { SessionGuard } from './guard-session.ts';
import {
  asServerConnection,
  type BeginFields,
  type Frame,
  type OpenFields,
  PROCESS,
  type ServerConnection,
  type ServerSession,
} from './rhea-server.ts';

/** The smallest allowed frame size (AMQP 1.0, part 2, 2.7.1); rhea splits endlessly below about 50 bytes. */
const LEAST_FRAME_BYTES = 512;

/**
 * Heartbeats are sent at half of the client's interval. Node's timers end at 2^31 ms; longer ones fire at
 * once.
 */
const LEAST_IDLE_TIME_OUT_MS = 1_000;
const LONGEST_IDLE_TIME_OUT_MS = 2 ** 31;

/** Time for a client to close its end after the broker closed its own. */
const LINGER_MS = 1_000;

/**
 * Validates a client's frames before rhea gets them: rhea closes the connection, or even ends the process,
 * where AMQP asks for less. Each error is answered at its own level, with a condition and a description: a
 * link's by detaching it, a session's by ending it, and only one that belongs to neither by closing the
 * connection. Microsoft.Azure.Amqp, on which Service Bus runs, does the same.
 */
export function guardConnection(
  connection: Connection,
  socket: Socket,
  limits: { readonly maxFrameBytes: number; readonly maxChannel: number },
  log: LocalLogger | undefined,
): ServerConnection {
  const server = asServerConnection(connection);
  new ConnectionGuard(server, socket, limits, log).install();
  return server;
}

class ConnectionGuard {
  readonly #connection: ServerConnection;
  readonly #socket: Socket;
  readonly #maxChannel: number;
  readonly #log: LocalLogger | undefined;
  readonly #gate: FrameParser;
  readonly #sessions = new WeakMap<ServerSession, SessionGuard>();
  readonly #read: (bytes: Buffer) => void;
  #held = false;
  #isSasl = false;
  #closed = false;
  /** The errors in the fields of the frame that rhea is reading. */
  #problems: ReadonlyMap<string, string> = new Map();

  constructor(
    connection: ServerConnection,
    socket: Socket,
    limits: { readonly maxFrameBytes: number; readonly maxChannel: number },
    log: LocalLogger | undefined,
  ) {
    this.#connection = connection;
    this.#socket = socket;
    this.#maxChannel = limits.maxChannel;
    this.#log = log;
    this.#gate = new FrameParser(limits.maxFrameBytes);
    this.#read = connection.input.bind(connection);
  }

  install(): void {
    const connection = this.#connection;
    const process = connection[PROCESS].bind(connection);
    const open = connection.on_open.bind(connection);
    const begin = connection.on_begin.bind(connection);
    const close = connection.on_close.bind(connection);
    const inSession =
      <F>(step: (session: SessionGuard, frame: Frame<F>) => void) =>
      (frame: Frame<F>) =>
        this.#inSession(frame, step);
    const overrides: Partial<ServerConnection> = {
      input: (bytes) => this.#input(bytes),
      [PROCESS]: () => this.#attempt(process),
      on_open: (frame) => this.#attempt(() => this.#open(frame, open)),
      on_begin: (frame) => this.#attempt(() => this.#begin(frame, begin)),
      on_close: (frame) => this.#attempt(() => close(frame)),
      on_attach: inSession((session, frame) => session.attach(frame, this.#problems)),
      on_flow: inSession((session, frame) => session.flow(frame, this.#problems)),
      on_transfer: inSession((session, frame) => session.transfer(frame, this.#problems)),
      on_disposition: inSession((session, frame) => session.disposition(frame, this.#problems)),
      on_detach: inSession((session, frame) => session.detach(frame, this.#problems)),
      on_end: (frame) =>
        this.#attempt(() => this.#connection.remote_channel_map[frame.channel]?.on_end(frame)),
    };
    Object.assign(connection, overrides);
  }

  #input(bytes: Buffer): void {
    if (this.#closed) return;
    this.#gate.push(bytes);
    if (!this.#held) this.#readOn();
  }

  #readOn(): void {
    try {
      while (!this.#held && !this.#closed) {
        const incoming = this.#gate.next();
        if (incoming === undefined) return;
        this.#take(incoming);
      }
    } catch (error) {
      if (!(error instanceof BrokenFrame)) throw error;
      this.#close({ condition: error.condition, description: error.message });
    }
  }

  #take(incoming: Incoming): void {
    if (incoming.kind === 'header') {
      this.#isSasl = incoming.protocol === SASL_PROTOCOL;
    } else {
      this.#problems = incoming.performative?.problems ?? new Map<string, string>();
      const [problem] = this.#problems.values();
      if (this.#isSasl && problem !== undefined) throw new BrokenFrame('amqp:decode-error', problem);
      if (
        incoming.performative !== undefined &&
        !this.#isExpected(incoming.performative.name, incoming.channel)
      )
        return;
    }
    this.#read(incoming.bytes);
    if (this.#isSasl && incoming.kind === 'frame') this.#awaitSasl();
  }

  /** Whether the frame is allowed in the connection's state; closes the connection otherwise. */
  #isExpected(name: string, channel: number): boolean {
    if (this.#isSasl) return true;
    const { remote_open: isOpen } = this.#connection.state;
    if ((name === 'open') === isOpen) {
      this.#close({ condition: CONDITION.illegalState, description: `${name} has no place here` });
      return false;
    }
    if (['open', 'begin', 'close'].includes(name)) return true;
    if (this.#connection.remote_channel_map[channel]?.state.remote_open === true) return true;
    // The client's end may cross ours.
    if (name !== 'end') {
      this.#close({
        condition: CONDITION.notFound,
        description: `${name} on channel ${channel}, which has no session`,
      });
    }
    return false;
  }

  /** rhea answers SASL in a later tick and would read earlier bytes as SASL. */
  #awaitSasl(): void {
    this.#held = true;
    setImmediate(() => {
      this.#held = false;
      const outcome = this.#connection.sasl_transport?.transports?.[SASL_PROTOCOL]?.outcome;
      // The outcome carries the error; nothing may follow it.
      if (outcome !== undefined && outcome !== 0) this.#closeSocket();
      this.#readOn();
    });
  }

  #open(frame: Frame<OpenFields>, pass: ServerConnection['on_open']): void {
    const { max_frame_size: frameBytes, idle_time_out: idle } = frame.performative;
    const [problem] = this.#problems.values();
    if (problem !== undefined) {
      this.#close({ condition: CONDITION.invalidField, description: problem });
    } else if (typeof frameBytes === 'number' && frameBytes < LEAST_FRAME_BYTES) {
      this.#close({
        condition: CONDITION.invalidField,
        description: `max-frame-size ${frameBytes} is below ${LEAST_FRAME_BYTES}`,
      });
    } else if (
      typeof idle === 'number' &&
      idle !== 0 &&
      (idle < LEAST_IDLE_TIME_OUT_MS || idle > LONGEST_IDLE_TIME_OUT_MS)
    ) {
      const description = `idle-time-out ${idle} ms is not between ${LEAST_IDLE_TIME_OUT_MS} and ${LONGEST_IDLE_TIME_OUT_MS}`;
      this.#close({ condition: CONDITION.notAllowed, description });
    } else {
      pass(frame);
    }
  }

  #begin(frame: Frame<BeginFields>, pass: ServerConnection['on_begin']): void {
    const { channel } = frame;
    const current = this.#connection.remote_channel_map[channel];
    if (channel > this.#maxChannel) {
      this.#close({
        condition: CONDITION.framingError,
        description: `channel ${channel} is above channel-max ${this.#maxChannel}`,
      });
      return;
    }
    if (current?.state.remote_open === true) {
      this.#close({
        condition: CONDITION.notAllowed,
        description: `channel ${channel} has a session already`,
      });
      return;
    }
    // The broker begins no session, so this begin cannot answer one.
    const answersNone = typeof frame.performative.remote_channel === 'number';
    frame.performative.value[0] = undefined;
    pass(frame);
    const session = this.#connection.remote_channel_map[channel];
    if (session === undefined) return;
    const guard = new SessionGuard(session, this.#log);
    this.#sessions.set(session, guard);
    const [problem] = this.#problems.values();
    if (problem !== undefined) guard.end(CONDITION.invalidField, problem);
    else if (answersNone) guard.end(CONDITION.notAllowed, 'begin answers a session that was not begun');
  }

  #inSession<F>(frame: Frame<F>, step: (session: SessionGuard, frame: Frame<F>) => void): void {
    const session = this.#connection.remote_channel_map[frame.channel];
    const guard = session && this.#sessions.get(session);
    // Frames that the client sent before it saw the end of its session have no effect.
    if (session?.state.local_open !== true || guard === undefined) return;
    try {
      step(guard, frame);
    } catch (error) {
      guard.end(CONDITION.internalError, String(error));
    }
  }

  #attempt(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#close({ condition: CONDITION.internalError, description: String(error) });
    }
  }

  /** Sends the reason in the form of the current protocol stage, and disconnects. */
  #close(error: AmqpError): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#log?.warn('a Service Bus client broke the protocol', { ...error });
    this.#connection.open();
    this.#connection.close(error);
    setImmediate(() => this.#closeSocket());
  }

  #closeSocket(): void {
    this.#closed = true;
    const socket = this.#socket;
    socket.end();
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  }
}
