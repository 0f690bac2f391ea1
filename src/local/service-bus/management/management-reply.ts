import rhea from 'rhea';
import type { Reply } from '../amqp/request-node.ts';

const { types } = rhea;

/** The answer to a $management request that was done. */
export function done(body?: unknown): Reply {
  return { properties: { statusCode: types.wrap_int(200), statusDescription: 'OK' }, body };
}

/** Done, and there was nothing. */
export const nothing: Reply = {
  properties: { statusCode: types.wrap_int(204), statusDescription: 'No content' },
};

/** The answer to a request that failed, with the condition from which the client makes its error. */
export function failed(statusCode: number, condition: string, description: string): Reply {
  return {
    properties: {
      statusCode: types.wrap_int(statusCode),
      statusDescription: description,
      errorCondition: types.wrap_symbol(condition),
    },
  };
}
