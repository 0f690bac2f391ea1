import { BlobmirrorError } from '../model/errors.ts';
import type { Scope } from '../model/scope.ts';
import type { Reconciler } from './runs/reconciler.ts';

/** A container that is not mirrored is a slip of the hand: a run of it would find nothing and pass for a good one. */
export function refuseOutOfScope(reconciler: Reconciler, scope: Scope): Reconciler {
  return {
    start: async (request) => {
      const named = [
        ...(request.container === undefined ? [] : [request.container]),
        ...request.allowDeletes,
        ...(request.deleteForeign ?? []),
      ];
      const outside = named.find((container) => !scope.includesContainer(container));
      if (outside !== undefined) {
        throw new BlobmirrorError(
          'request-invalid',
          `the container ${outside} is not mirrored by the settings`,
        );
      }
      return await reconciler.start(request);
    },
    read: async (id) => await reconciler.read(id),
    list: async () => await reconciler.list(),
    cancel: async (id) => await reconciler.cancel(id),
    report: (id) => reconciler.report(id),
    handleShard: async (body) => await reconciler.handleShard(body),
  };
}
