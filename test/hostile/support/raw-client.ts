import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import rhea from 'rhea';
import { onTestFinished } from 'vitest';
import { begin, open } from './amqp-bytes.ts';

export const AMQP_HEADER = Buffer.from('AMQP\0\x01\0\0', 'latin1');

/** A frame from the broker: the code of its body, and its fields as rhea reads them. */
export interface Answer {
  readonly channel: number;
  readonly code: number;
  readonly fields: readonly unknown[];
}

interface Codec {
  readonly Reader: new (bytes: Buffer) => {
    read(): { readonly value: unknown; readonly descriptor: { readonly value: number } };
  };
  unwrap(value: unknown): unknown;
}

const codec = rhea.types as unknown as Codec;

/** A client that sends raw bytes, and reads the frames that come back. */
export class RawClient {
  readonly #socket: Socket;
  #rest = Buffer.alloc(0);
  readonly answers: Answer[] = [];
  #wake: () => void = () => undefined;
  closed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.closed = true;
      this.#wake();
    });
  }

  static async connect(port: number): Promise<RawClient> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    const client = new RawClient(socket);
    onTestFinished(() => void socket.destroy());
    return client;
  }

  /** A client with a connection and a session on channel 0. */
  static async withSession(port: number): Promise<RawClient> {
    const client = await RawClient.connect(port);
    client.send(AMQP_HEADER, open(), begin());
    await client.next(0x11);
    return client;
  }

  send(...bytes: Uint8Array[]): void {
    if (!this.#socket.destroyed) this.#socket.write(Buffer.concat(bytes));
  }

  sendHeader(): void {
    this.send(AMQP_HEADER);
  }

  /**
   * The first answer of that kind that was not returned before; undefined when the connection ends without
   * one.
   */
  async next(code: number, channel?: number): Promise<Answer | undefined> {
    for (;;) {
      const at = this.answers.findIndex(
        (answer) => answer.code === code && (channel === undefined || answer.channel === channel),
      );
      if (at >= 0) return this.answers.splice(at, 1)[0];
      if (this.closed) return undefined;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** Waits for the broker to close the connection. */
  async ended(): Promise<void> {
    while (!this.closed) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length >= 8) {
      const isHeader = this.#rest.toString('latin1', 0, 4) === 'AMQP';
      const size = isHeader ? 8 : this.#rest.readUInt32BE(0);
      if (this.#rest.length < size) break;
      const bytes = this.#rest.subarray(0, size);
      this.#rest = this.#rest.subarray(size);
      if (isHeader || size === 8) continue;
      const body = new codec.Reader(bytes.subarray(8)).read();
      const fields = (body.value as unknown[]).map((field) => codec.unwrap(field));
      this.answers.push({ channel: bytes.readUInt16BE(6), code: body.descriptor.value, fields });
    }
    this.#wake();
  }
}

/** Condition and description of an error in a field. */
export function errorOf(field: unknown): { condition: unknown; description: unknown } {
  const { condition, description } = (field ?? {}) as Record<string, unknown>;
  return { condition, description };
}
