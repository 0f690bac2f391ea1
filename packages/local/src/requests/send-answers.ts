import type { Readable } from 'node:stream';
import type { AzuriteResponse } from '../azurite/azurite-model.ts';
import type { AnswerSpecification, LocalResponse, ValueMapper } from '../azurite/azurite-modules.ts';
import { serializing } from '../azurite/azurite.ts';
import { rfc1123 } from '../listings/xml-text.ts';

/** The text of a header's value; undefined when Azurite has to decide. */
type ToText = (value: unknown) => string | undefined;
type Header = readonly [key: string, name: string, toText: ToText];

/**
 * Sends answers with their headers and a stream, or a body that is written already (`xml`). Azurite makes a
 * serializer for each answer and asks it for every header that the operation may have; it still sends the
 * answers whose body it builds, and reports the values that do not fit.
 */
export function sendAnswers(): void {
  const { serialize } = serializing;
  serializing.serialize = async (context, response, specification, answer, logger) => {
    const answered = specification.responses[answer.statusCode];
    const { xml } = answer;
    const isBuilt = answered?.bodyMapper !== undefined && answered.bodyMapper.type.name !== 'Stream';
    if (
      answered === undefined ||
      (isBuilt && typeof xml !== 'string') ||
      !setHeaders(response, answered, answer)
    )
      return serialize(context, response, specification, answer, logger);
    if (typeof xml === 'string') {
      response.setContentType('application/xml');
      response.getBodyStream().write(xml);
    } else if (answer['body'] && answered.bodyMapper !== undefined) {
      await send(answer['body'] as Readable, response);
    }
  };
}

/** False when a value does not fit its header. */
function setHeaders(
  response: LocalResponse,
  answered: AnswerSpecification,
  answer: AzuriteResponse,
): boolean {
  response.setStatusCode(answer.statusCode);
  for (const [key, name, toText] of headersOf(answered)) {
    const value = answer[key];
    if (value === undefined) continue;
    const text = toText(value);
    if (text === undefined) return false;
    response.setHeader(name, text);
  }
  return true;
}

const known = new WeakMap<AnswerSpecification, readonly Header[]>();

function headersOf(answered: AnswerSpecification): readonly Header[] {
  let headers = known.get(answered);
  if (headers === undefined) {
    headers = Object.entries(answered.headersMapper?.type.modelProperties ?? {}).map(
      ([key, mapper]) => [key, mapper.serializedName ?? '', toTextOf(mapper)] as const,
    );
    known.set(answered, headers);
  }
  return headers;
}

const undecided: ToText = () => undefined;

function toTextOf(mapper: ValueMapper): ToText {
  const { type, headerCollectionPrefix, constraints, serializedName } = mapper;
  if (headerCollectionPrefix !== undefined || constraints !== undefined || !serializedName) return undecided;
  switch (type.name) {
    case 'String':
      return (value) => (typeof value === 'string' ? value : undefined);
    case 'Number':
      return (value) => (typeof value === 'number' ? String(value) : undefined);
    case 'Boolean':
      return (value) => (typeof value === 'boolean' ? String(value) : undefined);
    case 'DateTimeRfc1123':
      return (value) => (value instanceof Date ? rfc1123(value) : undefined);
    case 'ByteArray':
      return (value) =>
        value instanceof Uint8Array
          ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
          : undefined;
    case 'Enum': {
      const allowed = new Set(type.allowedValues);
      return (value) => (typeof value === 'string' && allowed.has(value) ? value : undefined);
    }
    default:
      return undecided;
  }
}

/** Resolves when the response is closed, as the content may take a while. A client that goes away ends the read. */
async function send(content: Readable, response: LocalResponse): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      content
        .on('error', reject)
        .pipe(response.getBodyStream())
        .on('error', reject)
        .on('close', () => resolve());
    });
  } finally {
    content.destroy();
  }
}
