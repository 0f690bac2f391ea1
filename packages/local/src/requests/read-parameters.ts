import type {
  OperationSpecification,
  ParameterSpecification,
  RequestWithBody,
} from '../azurite/azurite-modules.ts';
import { serializing } from '../azurite/azurite.ts';

/** A parameter of an operation. `read` throws for a value that does not fit. */
interface Parameter {
  readonly path: string | readonly string[];
  readonly read: (request: RequestWithBody) => unknown;
}

/**
 * Reads the parameters of requests without a body, or with one that is stored. Azurite asks its library twice
 * for each parameter that the operation may have; it still reads the bodies that it parses, and the values
 * that are not plain text. Applies to every server of the process.
 */
export function readParameters(): void {
  const { deserialize } = serializing;
  serializing.deserialize = async (context, request, specification, logger) => {
    const { requestBody } = specification;
    if (requestBody !== undefined && requestBody.mapper.type.name !== 'Stream')
      return deserialize(context, request, specification, logger);
    const parameters: Record<string, unknown> = {};
    for (const { path, read } of parametersOf(specification)) put(parameters, path, read(request));
    if (requestBody !== undefined) parameters['body'] = request.getBodyStream();
    return parameters;
  };
}

const known = new WeakMap<OperationSpecification, readonly Parameter[]>();

function parametersOf(specification: OperationSpecification): readonly Parameter[] {
  let parameters = known.get(specification);
  if (parameters === undefined) {
    const { queryParameters = [], headerParameters = [] } = specification;
    parameters = [
      ...queryParameters.map((parameter) =>
        toParameter(specification, parameter, (request, name) => request.getQuery(name)),
      ),
      ...headerParameters.map((parameter) =>
        toParameter(specification, parameter, (request, name) => request.getHeader(name)),
      ),
    ];
    known.set(specification, parameters);
  }
  return parameters;
}

function toParameter(
  { serializer }: OperationSpecification,
  { parameterPath: path, mapper, collectionFormat }: ParameterSpecification,
  textOf: (request: RequestWithBody, name: string) => string | undefined,
): Parameter {
  const { serializedName: name, type, headerCollectionPrefix, isConstant, defaultValue } = mapper;
  if (headerCollectionPrefix !== undefined)
    return { path, read: (request) => headersWith(request, headerCollectionPrefix) };
  const isList = type.name === 'Sequence';
  const isPlain = type.name === 'String' && isConstant !== true && mapper.constraints === undefined;
  const mayLack = mapper.required !== true && isConstant !== true && defaultValue === undefined && !isList;
  return {
    path,
    read(request) {
      const text = textOf(request, name);
      if (text === undefined ? mayLack : isPlain) return text;
      const given = isList && collectionFormat !== undefined ? text?.split(collectionFormat) : text;
      const value = serializer.deserialize(mapper, given, name);
      // Only this checks the value.
      serializer.serialize(mapper, value);
      return value;
    },
  };
}

function headersWith(request: RequestWithBody, prefix: string): object {
  const found: Record<string, unknown> = {};
  for (const [header, value] of Object.entries(request.getHeaders()))
    if (header.toLowerCase().startsWith(prefix)) found[header.slice(prefix.length)] = value;
  return found;
}

function put(parameters: Record<string, unknown>, path: string | readonly string[], value: unknown): void {
  if (typeof path === 'string') {
    parameters[path] = value;
    return;
  }
  let parent = parameters;
  for (const name of path.slice(0, -1)) parent = (parent[name] ??= {}) as Record<string, unknown>;
  parent[path.at(-1) ?? ''] = value;
}
