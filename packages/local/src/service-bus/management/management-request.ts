import rhea from 'rhea';
import { fromUuidBytes } from '../amqp/dispositions.ts';
import type { Reply } from '../amqp/request-node.ts';

/** A request with a missing or invalid member. The client gets it as com.microsoft:argument-error. */
export class BadRequest extends Error {}

/** The members of a $management request's body, validated when read. */
export class RequestBody {
  readonly #members: ReadonlyMap<string, unknown>;

  constructor(body: unknown) {
    if (typeof body !== 'object' || body === null) throw new BadRequest('the request has no map as its body');
    this.#members = new Map<string, unknown>(Object.entries(body));
  }

  get(name: string): unknown {
    return this.#members.get(name);
  }

  integer(name: string): number {
    return toInteger(this.#members.get(name), name);
  }

  integers(name: string): number[] {
    return this.list(name).map((value) => toInteger(value, name));
  }

  text(name: string): string | undefined {
    const value = this.#members.get(name);
    return typeof value === 'string' ? value : undefined;
  }

  lockTokens(): string[] {
    return this.list('lock-tokens').map((value) => {
      if (!Buffer.isBuffer(value) || value.length !== 16) throw new BadRequest('a lock token is not a uuid');
      return fromUuidBytes(value);
    });
  }

  list(name: string): unknown[] {
    const value = this.#members.get(name);
    if (!Array.isArray(value)) throw new BadRequest(`${name} is not a list`);
    return value;
  }
}

/** rhea returns a long as a number, or as its eight bytes when it does not fit one. */
function toInteger(value: unknown, name: string): number {
  if (typeof value === 'number') return value;
  if (Buffer.isBuffer(value) && value.length === 8) return Number(value.readBigInt64BE());
  throw new BadRequest(`${name} is not a whole number`);
}

const { types } = rhea;

/** The answer to a successful $management request. */
export function done(body?: unknown): Reply {
  return { properties: { statusCode: types.wrap_int(200), statusDescription: 'OK' }, body };
}

/** Successful, without a result. */
export const nothing: Reply = {
  properties: { statusCode: types.wrap_int(204), statusDescription: 'No content' },
};

/** The answer to a failed request, with the condition from which the client makes its error. */
export function failed(statusCode: number, condition: string, description: string): Reply {
  return {
    properties: {
      statusCode: types.wrap_int(statusCode),
      statusDescription: description,
      errorCondition: types.wrap_symbol(condition),
    },
  };
}
