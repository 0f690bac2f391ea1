import type { Context } from '../../azurite/azurite-model.ts';
import type { LeaseOptions, LeaseState, MetadataStore } from '../../azurite/azurite-stores.ts';
import {
  BlobLeaseAdapter,
  BlobLeaseSyncer,
  ContainerLeaseAdapter,
  ContainerLeaseSyncer,
  LeaseFactory,
  errors,
  validateWriteConditions,
} from '../../azurite/azurite.ts';
import type { Leased } from '../../azurite/azurite-modules.ts';
import { findContainer } from './container-operations.ts';
import { type Stage, findBlob } from './find.ts';

type Change = (state: LeaseState) => LeaseState;

type LeaseOperations = Pick<
  MetadataStore,
  | 'acquireContainerLease'
  | 'releaseContainerLease'
  | 'renewContainerLease'
  | 'changeContainerLease'
  | 'breakContainerLease'
  | 'acquireBlobLease'
  | 'releaseBlobLease'
  | 'renewBlobLease'
  | 'changeBlobLease'
  | 'breakBlobLease'
>;

/** Leases of containers and blobs. A lease of a blob that has staged blocks only is allowed, as in Azure. */
export function leaseOperations(stage: Stage): LeaseOperations {
  const { store } = stage;

  const ofContainer = (
    context: Context,
    account: string,
    name: string,
    options: LeaseOptions,
    change: Change,
  ) =>
    store.write(() => {
      const container = store.containers.find(account, name);
      validateWriteConditions(context, options.modifiedAccessConditions, container);
      const leased = container ?? findContainer(stage, context, account, name);
      change(LeaseFactory.createLeaseState(new ContainerLeaseAdapter(leased), context)).sync(
        new ContainerLeaseSyncer(leased),
      );
      store.containers.update(leased);
      return leased;
    });

  const ofBlob = (
    context: Context,
    account: string,
    container: string,
    path: string,
    options: LeaseOptions,
    change: Change,
  ) =>
    store.write(() => {
      const blob = findBlob(stage, context, { account, container, blob: path });
      validateWriteConditions(context, options.modifiedAccessConditions, blob);
      if (blob === undefined) throw errors.getBlobNotFound(context.contextId);
      change(LeaseFactory.createLeaseState(new BlobLeaseAdapter(blob), context)).sync(
        new BlobLeaseSyncer(blob),
      );
      store.blobs.update(blob);
      return blob;
    });

  const answer = async ({ properties, leaseId }: Leased) => await Promise.resolve({ properties, leaseId });
  const broken = async (leased: Leased, context: Context) => {
    const { properties, leaseBreakTime } = leased;
    const isBreaking = properties.leaseState === 'breaking' && leaseBreakTime !== undefined;
    const leaseTime = isBreaking
      ? Math.round((leaseBreakTime.getTime() - context.startTime.getTime()) / 1000)
      : 0;
    return await Promise.resolve({ properties, leaseTime });
  };

  return {
    acquireContainerLease: async (context, account, name, options) =>
      await answer(
        ofContainer(context, account, name, options, (state) =>
          state.acquire(options.duration, options.proposedLeaseId),
        ),
      ),
    releaseContainerLease: async (context, account, name, leaseId, options = {}) =>
      (await answer(ofContainer(context, account, name, options, (state) => state.release(leaseId))))
        .properties,
    renewContainerLease: async (context, account, name, leaseId, options = {}) =>
      await answer(ofContainer(context, account, name, options, (state) => state.renew(leaseId))),
    changeContainerLease: async (context, account, name, leaseId, proposed, options = {}) =>
      await answer(ofContainer(context, account, name, options, (state) => state.change(leaseId, proposed))),
    breakContainerLease: async (context, account, name, period, options = {}) =>
      await broken(
        ofContainer(context, account, name, options, (state) => state.break(period)),
        context,
      ),
    acquireBlobLease: async (context, account, container, blob, duration, proposed, options = {}) =>
      await answer(
        ofBlob(context, account, container, blob, options, (state) => state.acquire(duration, proposed)),
      ),
    releaseBlobLease: async (context, account, container, blob, leaseId, options = {}) =>
      (await answer(ofBlob(context, account, container, blob, options, (state) => state.release(leaseId))))
        .properties,
    renewBlobLease: async (context, account, container, blob, leaseId, options = {}) =>
      await answer(ofBlob(context, account, container, blob, options, (state) => state.renew(leaseId))),
    changeBlobLease: async (context, account, container, blob, leaseId, proposed, options = {}) =>
      await answer(
        ofBlob(context, account, container, blob, options, (state) => state.change(leaseId, proposed)),
      ),
    breakBlobLease: async (context, account, container, blob, period, options = {}) =>
      await broken(
        ofBlob(context, account, container, blob, options, (state) => state.break(period)),
        context,
      ),
  };
}
