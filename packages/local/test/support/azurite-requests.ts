import fc from 'fast-check';

import type { ParameterSpecification } from '../../src/azurite/azurite-modules.ts';
import type { RequestWithBody } from '../../src/azurite/azurite-modules.ts';
import { operations, specifications } from '../../src/azurite/azurite.ts';

export interface GivenRequest {
  readonly method: string;
  readonly queries: Readonly<Record<string, string>>;
  /** With lower-case names, as Node has them. */
  readonly headers: Readonly<Record<string, string>>;
}

export function toRequest({ method, queries, headers }: GivenRequest): RequestWithBody {
  const notAsked = () => {
    throw new Error('not asked for');
  };
  return {
    getMethod: () => method,
    getUrl: notAsked,
    getEndpoint: notAsked,
    getPath: notAsked,
    getRawHeaders: notAsked,
    getProtocol: notAsked,
    getBodyStream: () => process.stdin,
    getHeader: (name) => headers[name.toLowerCase()],
    getHeaders: () => headers,
    getQuery: (name) => queries[name],
  };
}

const values: Readonly<Record<string, fc.Arbitrary<string>>> = {
  Number: fc.oneof(fc.integer().map(String), fc.constant('x')),
  Boolean: fc.constantFrom('true', 'false', 'TRUE'),
  DateTimeRfc1123: fc.constantFrom('Sun, 29 Nov 2026 10:00:00 GMT', 'now', ''),
  ByteArray: fc.constantFrom('MQ==', '1', ''),
  Sequence: fc.constantFrom('metadata,tags', 'Metadata', ''),
};

/** Mostly a value that fits; undefined where the parameter is absent. */
function valueOf({ mapper }: ParameterSpecification): fc.Arbitrary<string | undefined> {
  const { isConstant, defaultValue, type, required } = mapper;
  const fitting =
    isConstant === true
      ? fc.constantFrom(String(defaultValue), String(defaultValue).toUpperCase())
      : (type.allowedValues?.length ?? 0) > 0
        ? fc.constantFrom(...(type.allowedValues ?? [])).map(String)
        : (values[type.name] ?? fc.string());
  return fc.oneof(
    { weight: required === true ? 20 : 4, arbitrary: fitting },
    { weight: required === true ? 1 : 8, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom('', 'x', 'list', 'container') },
  );
}

function given(parameters: readonly ParameterSpecification[] = []): fc.Arbitrary<Record<string, string>> {
  return fc
    .record(
      Object.fromEntries(parameters.map((each) => [each.mapper.serializedName, valueOf(each)] as const)),
    )
    .map((record) =>
      Object.fromEntries(
        Object.entries(record).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
      ),
    );
}

const all = Object.entries(specifications).flatMap(([number, specification]) =>
  specification === undefined ? [] : [{ operation: Number(number), specification }],
);
if (all.length !== Object.keys(operations).filter((name) => Number.isNaN(Number(name))).length)
  throw new Error('an operation has no specification');

/** A request that is nearly one of some operation, with that operation. */
export const azuriteRequests = fc.oneof(
  ...all.map(({ operation, specification }) =>
    fc.record({
      operation: fc.constant(operation),
      request: fc.record({
        method: fc.oneof(
          { weight: 20, arbitrary: fc.constant(specification.httpMethod) },
          { weight: 1, arbitrary: fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'HEAD', 'PATCH') },
        ),
        queries: given(specification.queryParameters),
        headers: fc
          .tuple(
            given(
              specification.headerParameters?.filter(
                ({ mapper }) => mapper.headerCollectionPrefix === undefined,
              ),
            ),
            fc.dictionary(
              fc.constantFrom('x-ms-meta-a', 'x-ms-meta-toString', 'x-http-method', 'accept'),
              fc.constantFrom('GET', ' DELETE ', 'x', ''),
            ),
          )
          .map(([own, more]) =>
            Object.fromEntries(
              Object.entries({ ...more, ...own }).map(([name, value]) => [name.toLowerCase(), value]),
            ),
          ),
      }),
    }),
  ),
);
