import type { IncomingMessage } from 'node:http';
import type { Intercept } from './start-proxy.ts';

export interface VersionGate {
  readonly intercept: Intercept;
  /** The refused requests, oldest first: `HEAD 2026-10-06`. */
  readonly refused: string[];
  /** The versions of the accepted requests. */
  readonly passed: Set<string>;
  /** The newest accepted version; undefined: none. */
  newest: string | undefined;
}

/**
 * A service that knows no version newer than a given one. It answers as Azure does (azure-sdk-for-net#45302):
 * to a HEAD with a header alone, to a request of the Data Lake API with a text that does not name the header.
 */
export function refuseVersions(
  newest: string | undefined,
  isRefused: (request: IncomingMessage) => boolean = () => true,
): VersionGate {
  const gate: VersionGate = {
    refused: [],
    passed: new Set(),
    newest,
    intercept: (request, response) => {
      const version = String(request.headers['x-ms-version']);
      if ((gate.newest !== undefined && version <= gate.newest) || !isRefused(request)) {
        gate.passed.add(version);
        return false;
      }
      gate.refused.push(`${request.method} ${version}`);
      const isXml = request.headers.accept?.includes('xml') === true;
      const message = 'The value for one of the HTTP headers is not in the correct format.';
      const xml = `<?xml version="1.0" encoding="utf-8"?><Error><Code>InvalidHeaderValue</Code><Message>${message}</Message><HeaderName>x-ms-version</HeaderName><HeaderValue>${version}</HeaderValue></Error>`;
      const json = JSON.stringify({ error: { code: 'InvalidHeaderValue', message } });
      response.writeHead(400, {
        'x-ms-error-code': 'InvalidHeaderValue',
        'x-ms-request-id': '7f0c4a3e-0000-0000-0000-000000000000',
        'content-type': isXml ? 'application/xml' : 'application/json',
      });
      response.end(request.method === 'HEAD' ? undefined : isXml ? xml : json);
      return true;
    },
  };
  return gate;
}
