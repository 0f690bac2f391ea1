import { request } from 'node:http';

import { createAccountSas } from '../../src/account-sas.ts';
import type { Storage } from '../../src/start-storage.ts';
import { accounts } from './accounts.ts';

export interface Answer {
  readonly status: number | undefined;
  /** With the case of their names unchanged. */
  readonly headers: readonly string[];
  readonly body: string;
}

export interface Send {
  (method: string, path: string, headers?: Record<string, string>, body?: string): Promise<Answer>;
  /** A SAS with every right. */
  url(path: string): string;
}

/** Sends requests without an SDK, which would not send some of them and would interpret the answers. */
export function createSender(storage: Pick<Storage, 'blobEndpoint'>, account: string): Send {
  const endpoint = storage.blobEndpoint(account);
  const sas = createAccountSas({
    accountName: account,
    accountKey: accounts.find(({ name }) => name === account)?.key ?? '',
    blobEndpoint: endpoint,
    dfsEndpoint: null,
    connectionString: '',
  });
  const urlOf = (path: string) => `${endpoint}${path}${path.includes('?') ? '&' : '?'}${sas}`;
  const send = async (method: string, path: string, headers: Record<string, string> = {}, body = '') =>
    new Promise<Answer>((resolve, reject) => {
      const all = { 'x-ms-version': '2025-01-05', 'content-length': String(body.length), ...headers };
      const outgoing = request(urlOf(path), { method, headers: all }, (response) => {
        let text = '';
        // Of an answer that is cut off.
        response.on('error', reject);
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () =>
          resolve({ status: response.statusCode, headers: response.rawHeaders, body: text }),
        );
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  return Object.assign(send, { url: urlOf });
}

/** A header of an answer; undefined when absent. */
export function headerOf({ headers }: Answer, name: string): string | undefined {
  const at = headers.findIndex((each, index) => index % 2 === 0 && each.toLowerCase() === name);
  return at < 0 ? undefined : headers[at + 1];
}
