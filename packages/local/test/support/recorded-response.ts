import type { Context } from '../../src/azurite/azurite-model.ts';
import type { LocalResponse } from '../../src/azurite/azurite-modules.ts';
import { logger, operations, serializing, specifications } from '../../src/azurite/azurite.ts';

export interface RecordedAnswer {
  status: number | undefined;
  readonly headers: Record<string, unknown>;
  body: string;
}

/** What Azurite's serializer, or its replacement, sends for what a handler answered. */
export async function serialized(
  operation: string,
  answer: { readonly statusCode: number },
  serialize = serializing.serialize,
): Promise<RecordedAnswer> {
  const specification = specifications[operations[operation] ?? -1];
  if (specification === undefined) throw new Error(`there is no operation ${operation}`);
  const recorded: RecordedAnswer = { status: undefined, headers: {}, body: '' };
  const response: LocalResponse = {
    setStatusCode: (status) => (recorded.status = status),
    // Azurite's own adapter drops what is none of these.
    setHeader: (name, value: unknown) => {
      if (['string', 'number', 'boolean'].includes(typeof value)) recorded.headers[name] = String(value);
    },
    setContentType: (type) => (recorded.headers['content-type'] = type),
    getBodyStream: () => {
      const stream: Pick<NodeJS.WritableStream, 'write'> = {
        write: (text: unknown) => {
          recorded.body += String(text);
          return true;
        },
      };
      return stream as NodeJS.WritableStream;
    },
  };
  await serialize({ contextId: 'x' } as Context, response, specification, { ...answer }, logger);
  return recorded;
}
