import fc from 'fast-check';
import { expect, it } from 'vitest';

import type { Context } from '../../src/azurite/azurite-model.ts';
import { logger, serializing, specifications } from '../../src/azurite/azurite.ts';
import { readParameters } from '../../src/requests/read-parameters.ts';
import { azuriteRequests, toRequest } from '../support/azurite-requests.ts';

const { deserialize: azurite } = serializing;
readParameters();

it('the parameters of a request are those that Azurite reads, or are refused as Azurite does', async () => {
  let read = 0;
  await fc.assert(
    fc.asyncProperty(azuriteRequests, async ({ operation, request }) => {
      const specification = specifications[operation];
      const isParsed = ![undefined, 'Stream'].includes(specification?.requestBody?.mapper.type.name);
      if (specification === undefined || isParsed) return;
      const parametersBy = async (by: typeof azurite) =>
        await by({ contextId: 'x' } as Context, toRequest(request), specification, logger).then(
          (parameters) => {
            read += 1;
            return parameters;
          },
          (error: unknown) => String(error),
        );
      expect(await parametersBy(serializing.deserialize)).toStrictEqual(await parametersBy(azurite));
    }),
    { numRuns: 2000 },
  );
  expect(read).toBeGreaterThan(1000);
});
