import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { createAccountSas, type LocalAccount } from '@blobmirror/local/connections';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Call {
  readonly method: 'PUT' | 'GET' | 'HEAD' | 'DELETE' | 'PATCH';
  /** Below the account, with its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

export type Send = (call: Call) => Promise<Answer>;

/**
 * A client of one account on connections that are kept, authorised by an account SAS. It does nothing that an SDK does,
 * so that little of what is measured is its own.
 */
export function createClient(account: LocalAccount, atOnce: number): Send {
  const { hostname, port, pathname } = new URL(account.blobEndpoint);
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const sas = createAccountSas(account);
  return ({ method, path, headers, body }) =>
    new Promise((resolve, reject) => {
      const outgoing = request(
        {
          agent,
          hostname,
          port,
          method,
          path: `${pathname}${path}${path.includes('?') ? '&' : '?'}${sas}`,
          headers: { 'x-ms-version': '2025-01-05', 'content-length': body?.length ?? 0, ...headers },
        },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('error', reject);
          answer.on('end', () =>
            resolve({
              status: answer.statusCode ?? 0,
              headers: answer.headers,
              body: Buffer.concat(chunks),
            }),
          );
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
}
