import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ParsedUrlQuery, parse } from 'node:querystring';
import type { LocalResponse, RequestWithBody } from '../azurite/azurite-modules.ts';

/** Other URLs are taken apart by a parser that also changes them. */
const plainUrl = /^\/[^#\s\uFEFF]*$/;

const notInHeaders = /[^\t\u0020-\u007E\u0080-\u00FF]/g;

/** Whether a request is read here as express reads it. */
export function isPlainRequest({ url = '' }: IncomingMessage): boolean {
  return plainUrl.test(url);
}

/** Azurite's view of a plain request, with the meaning that express gives to its parts. */
export class PlainRequest implements RequestWithBody {
  readonly #request: IncomingMessage;
  readonly #url: string;
  readonly #path: string;
  #query: ParsedUrlQuery | undefined;
  #body: string | undefined;

  constructor(request: IncomingMessage) {
    this.#request = request;
    this.#url = request.url ?? '/';
    const end = this.#url.indexOf('?');
    this.#path = end < 0 ? this.#url : this.#url.slice(0, end);
    this.#query = end < 0 ? {} : undefined;
  }

  getMethod(): string {
    return this.#request.method ?? '';
  }

  getUrl(): string {
    return this.#url;
  }

  getEndpoint(): string {
    return `http://${this.#request.headers.host}`;
  }

  getPath(): string {
    return this.#path;
  }

  getBodyStream(): IncomingMessage {
    return this.#request;
  }

  /** The body as text, once it has been parsed. */
  getBody(): string | undefined {
    return this.#body;
  }

  setBody(body: string | undefined): this {
    this.#body = body;
    return this;
  }

  getHeader(name: string): string | undefined {
    const value = this.#request.headers[name.toLowerCase()];
    return typeof value === 'string' ? value : undefined;
  }

  getHeaders(): IncomingMessage['headers'] {
    return this.#request.headers;
  }

  getRawHeaders(): string[] {
    return this.#request.rawHeaders;
  }

  /** Undefined also for a parameter that is given twice. */
  getQuery(name: string): string | undefined {
    this.#query ??= parse(this.#url.slice(this.#path.length + 1));
    const value = this.#query[name];
    return typeof value === 'string' ? value : undefined;
  }

  getProtocol(): string {
    return 'http';
  }
}

/** Azurite's view of the response. */
export class PlainResponse implements LocalResponse {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  setStatusCode(status: number): this {
    this.#response.statusCode = status;
    return this;
  }

  getStatusCode(): number {
    return this.#response.statusCode;
  }

  /** Refusals repeat what the client sent. */
  setStatusMessage(message: string): this {
    this.#response.statusMessage = message.replace(notInHeaders, '?');
    return this;
  }

  getStatusMessage(): string {
    return this.#response.statusMessage;
  }

  /** Ignores what is no header's value, as Azurite does. */
  setHeader(name: string, value: unknown): this {
    if (typeof value === 'string' || Array.isArray(value)) this.#response.setHeader(name, value);
    else if (typeof value === 'number' || typeof value === 'boolean')
      this.#response.setHeader(name, String(value));
    return this;
  }

  getHeader(name: string): ReturnType<ServerResponse['getHeader']> {
    return this.#response.getHeader(name);
  }

  getHeaders(): ReturnType<ServerResponse['getHeaders']> {
    return this.#response.getHeaders();
  }

  headersSent(): boolean {
    return this.#response.headersSent;
  }

  setContentType(type: string): this {
    this.#response.setHeader('content-type', type);
    return this;
  }

  getBodyStream(): ServerResponse {
    return this.#response;
  }
}
