import type { Reply } from '../amqp/request-node.js';

/** The answer to a $management request that was done. */
export function done(body?: unknown): Reply {
  return { properties: { statusCode: 200, statusDescription: 'OK' }, body };
}

/** Done, and there was nothing. */
export const nothing: Reply = { properties: { statusCode: 204, statusDescription: 'No content' } };

/** The answer to a request that failed, with the condition from which the client makes its error. */
export function failed(statusCode: number, condition: string, description: string): Reply {
  return { properties: { statusCode, statusDescription: description, errorCondition: condition } };
}
