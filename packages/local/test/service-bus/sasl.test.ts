import { once } from 'node:events';
import { connect } from 'node:net';
import rhea, { type Connection, type EventContext } from 'rhea';
import { describe, expect, it, onTestFinished } from 'vitest';
import { QUEUE, startTestBroker } from '../support/test-broker.ts';
import { waitFor } from '../support/wait-for.ts';

const KEY_NAME = 'RootManageSharedAccessKey';
const KEY = 'SAS_KEY_VALUE';

interface Login {
  readonly username?: string;
  readonly password?: string;
  readonly sasl_mechanisms?: unknown;
}

/** The result of a login: a message received on a link without a token, or the client's error. */
async function sendWith(port: number, login: Login): Promise<'sent' | { condition: unknown }> {
  const container = rhea.create_container();
  const connection: Connection = container.connect({ host: '127.0.0.1', port, reconnect: false, ...login });
  onTestFinished(() => connection.close());
  return await new Promise((resolve) => {
    container.on('connection_error', ({ error }: EventContext) =>
      resolve({ condition: error && 'condition' in error ? error.condition : undefined }),
    );
    container.on('disconnected', () => undefined);
    const sender = connection.open_sender(QUEUE);
    sender.once('sendable', () => sender.send({ body: 1 }));
    sender.once('accepted', () => resolve('sent'));
  });
}

/** A client's mechanism that sends only its name. */
function named(name: string): unknown {
  return {
    [name]: () => ({
      start: (callback: (error: undefined, response: string) => void) => callback(undefined, ''),
    }),
  };
}

describe('SASL', () => {
  it('offers what Service Bus offers, in its order', async () => {
    const { broker } = await startTestBroker();
    const socket = connect(broker.port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.write(Buffer.from('AMQP\x03\x01\0\0', 'latin1'));
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString('latin1')));
    await waitFor(() => expect(answer).toContain('EXTERNAL'));
    expect(answer.match(/MSSBCBS|PLAIN|ANONYMOUS|EXTERNAL/g)).toEqual([
      'MSSBCBS',
      'PLAIN',
      'ANONYMOUS',
      'EXTERNAL',
    ]);
  });

  it.each(['MSSBCBS', 'EXTERNAL'])('accepts %s', async (name) => {
    const { broker } = await startTestBroker();
    expect(await sendWith(broker.port, { sasl_mechanisms: named(name) })).toBe('sent');
  });

  it('accepts the key in PLAIN, whose links need no token', async () => {
    const { broker } = await startTestBroker();
    expect(await sendWith(broker.port, { username: KEY_NAME, password: KEY })).toBe('sent');
    expect(broker.runtimeCounts(QUEUE).active).toBe(1);
  });

  it.each([
    ['key', KEY_NAME, `${KEY}x`],
    ['key of the same length', KEY_NAME, KEY.toLowerCase()],
    ['name', 'Somebody', KEY],
  ])('refuses a wrong %s', async (_, username, password) => {
    const { broker } = await startTestBroker();
    expect(await sendWith(broker.port, { username, password })).toEqual({
      condition: 'amqp:unauthorized-access',
    });
  });

  it.each(['PLAIN', 'GSSAPI', 'constructor', 'enable_plain', '__proto__'])(
    'refuses %s without a response by its outcome',
    async (name) => {
      const { broker } = await startTestBroker();
      const socket = connect(broker.port, '127.0.0.1');
      onTestFinished(() => void socket.destroy());
      let answer = Buffer.alloc(0);
      socket.on('data', (chunk: Buffer) => (answer = Buffer.concat([answer, chunk])));
      const body = Buffer.concat([
        Buffer.from([0, 0x53, 0x41, 0xc0, name.length + 3, 1, 0xa3, name.length]),
        Buffer.from(name),
      ]);
      const size = Buffer.alloc(4);
      size.writeUInt32BE(8 + body.length);
      const init = Buffer.concat([size, Buffer.from([2, 1, 0, 0]), body]);
      socket.write(Buffer.concat([Buffer.from('AMQP\x03\x01\0\0', 'latin1'), init]));
      await once(socket, 'close');
      // sasl-outcome with code 1: auth.
      expect(answer.includes(Buffer.from([0, 0x53, 0x44]))).toBe(true);
      expect(answer.subarray(-2)).toEqual(Buffer.from([0x50, 1]));
    },
  );

  it('accepts frames that a client sends before it gets the outcome', async () => {
    const { broker } = await startTestBroker();
    const socket = connect(broker.port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString('latin1')));
    const header = (protocol: number) => Buffer.from([0x41, 0x4d, 0x51, 0x50, protocol, 1, 0, 0]);
    const init = [0, 0, 0, 25, 2, 1, 0, 0, 0, 0x53, 0x41, 0xc0, 12, 1, 0xa3, 9, ...Buffer.from('ANONYMOUS')];
    const open = [0, 0, 0, 17, 2, 0, 0, 0, 0, 0x53, 0x10, 0xc0, 4, 1, 0xa1, 1, 0x63];
    socket.write(Buffer.concat([header(3), Buffer.from(init), header(0), Buffer.from(open)]));
    await waitFor(() => expect(answer).toContain('blobmirror-service-bus'));
    expect(answer).toContain('AMQP\0');
  });
});
