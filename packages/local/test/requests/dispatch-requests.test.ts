import fc from 'fast-check';
import { expect, it } from 'vitest';

import type { Context } from '../../src/azurite/azurite-model.ts';
import type { DispatchedContext } from '../../src/azurite/azurite-modules.ts';
import { dispatch, isAzuriteError, logger } from '../../src/azurite/azurite.ts';
import { dispatchRequests } from '../../src/requests/dispatch-requests.ts';
import { azuriteRequests, toRequest } from '../support/azurite-requests.ts';

const { default: azurite } = dispatch;
dispatchRequests();

it('a request has the operation that Azurite finds', () => {
  const found = new Set<number>();
  fc.assert(
    fc.property(
      azuriteRequests,
      fc.constantFrom('/', '/container', '/container/blob'),
      ({ request }, dispatchPattern) => {
        const operationBy = (by: typeof azurite) => {
          const context = { contextId: 'x', dispatchPattern } as Context & DispatchedContext;
          by(context, toRequest(request), () => {}, logger);
          return context.operation as number | undefined;
        };
        const expected = operationBy(azurite);
        if (expected !== undefined) found.add(expected);
        expect(operationBy(dispatch.default)).toBe(expected);
        expect(operationBy(dispatch.default)).toBe(expected);
      },
    ),
    { numRuns: 1500 },
  );
  // Most operations were found, so the requests are not all refused.
  expect(found.size).toBeGreaterThan(50);
});

it('a request of no operation is refused', () => {
  const context = { contextId: 'x', dispatchPattern: '/container' } as Context & DispatchedContext;
  let refusal: unknown;
  const request = toRequest({ method: 'POST', queries: {}, headers: {} });
  dispatch.default(context, request, (error) => (refusal = error), logger);
  expect(isAzuriteError(refusal) && refusal.storageErrorCode).toBe('InvalidInput');
});
