import type { LocalRequest } from '../azurite/azurite-model.ts';
import type { DispatchedContext, ParameterSpecification } from '../azurite/azurite-modules.ts';
import { dispatch, dispatching, specifications, storageError } from '../azurite/azurite.ts';

/**
 * Finds the operation of a request, or of a part of a batch. As Azurite does, it takes the one with the most
 * required parameters of those that the request meets; but Azurite compares each request with every
 * operation, its path template included. Applies to every server of the process.
 */
export function dispatchRequests(): void {
  dispatch.default = (context, request, next) => {
    const operation = operationOf(context, request);
    if (operation === undefined) return next(noSuchOperation(context));
    context.operation = operation;
    next();
  };
}

function operationOf(context: DispatchedContext, request: LocalRequest): number | undefined {
  let found: Candidate | undefined;
  for (const candidate of candidatesFor(methodOf(request), context.dispatchPattern ?? request.getPath()))
    // The candidates are in the order of their numbers, and the first of equals counts.
    if ((found === undefined || candidate.rank > found.rank) && meets(request, candidate)) found = candidate;
  return found?.operation;
}

/** An operation of one method and path. */
interface Candidate {
  readonly operation: number;
  readonly queries: readonly Requirement[];
  readonly headers: readonly Requirement[];
  /** The number of requirements. */
  readonly rank: number;
}

interface Requirement {
  readonly name: string;
  readonly isMet: (value: string) => boolean;
}

function meets(request: LocalRequest, { queries, headers }: Candidate): boolean {
  for (const { name, isMet } of queries) {
    const value = request.getQuery(name);
    if (value === undefined || !isMet(value)) return false;
  }
  for (const { name, isMet } of headers) {
    const value = request.getHeader(name);
    if (value === undefined || !isMet(value)) return false;
  }
  return true;
}

const overrides = new Set(['GET', 'MERGE', 'PATCH', 'DELETE']);

function methodOf(request: LocalRequest): string {
  const override = request.getHeader('x-http-method')?.trim();
  return override !== undefined && overrides.has(override) ? override : request.getMethod();
}

/** The forms of a path in a request, or in a part of a batch. */
const patterns = new Set(['/', '/container', '/container/blob']);
const known = new Map<string, readonly Candidate[]>();

function candidatesFor(method: string, pattern: string): readonly Candidate[] {
  const key = `${method} ${pattern}`;
  let candidates = known.get(key);
  if (candidates === undefined) {
    candidates = findCandidates(method, pattern);
    if (patterns.has(pattern)) known.set(key, candidates);
  }
  return candidates;
}

function findCandidates(method: string, pattern: string): readonly Candidate[] {
  return Object.entries(specifications).flatMap(([number, specification]) => {
    if (specification === undefined || specification.httpMethod !== method) return [];
    const { path = '', queryParameters, headerParameters } = specification;
    if (!dispatching.isURITemplateMatch(pattern, path.startsWith('/') ? path : `/${path}`)) return [];
    const queries = requirementsOf(queryParameters, ({ mapper: { defaultValue } }) => {
      return (value) => value === defaultValue;
    });
    const headers = requirementsOf(headerParameters, ({ mapper: { defaultValue = '' } }) => {
      return (value) => value.toLowerCase() === defaultValue.toLowerCase();
    });
    return [{ operation: Number(number), queries, headers, rank: queries.length + headers.length }];
  });
}

function requirementsOf(
  parameters: readonly ParameterSpecification[] = [],
  isConstant: (parameter: ParameterSpecification) => Requirement['isMet'],
): readonly Requirement[] {
  return parameters
    .filter(({ mapper }) => mapper.required === true)
    .map((parameter) => {
      const { serializedName: name, type, isConstant: hasOneValue } = parameter.mapper;
      const allowed = type.name === 'Enum' ? new Set<unknown>(type.allowedValues) : undefined;
      const isTheOne = hasOneValue === true ? isConstant(parameter) : () => true;
      return { name, isMet: (value) => (allowed?.has(value) ?? true) && isTheOne(value) };
    });
}

function noSuchOperation(context: DispatchedContext) {
  return storageError(
    context,
    400,
    'InvalidInput',
    'One of the request inputs is not valid. The local storage has no operation of this method, path, query ' +
      'parameters and required headers.',
  );
}
