import type { Conditions, Context } from '../../azurite/azurite-model.ts';
import type { MetadataStore } from '../../azurite/azurite-stores.ts';
import {
  ContainerDeleteLeaseValidator,
  ContainerLeaseAdapter,
  ContainerLeaseSyncer,
  ContainerReadLeaseValidator,
  LeaseFactory,
  errors,
  storageError,
  validateWriteConditions,
} from '../../azurite/azurite.ts';
import type { Container, StoredContainer } from '../../store/blob.ts';
import { rootOf } from '../../store/containers.ts';
import { type DeletedContainer, placeOf } from '../../store/deleted-containers.ts';
import { DAY_MS } from '../history-settings.ts';
import { type Stage, checkContainer } from './find.ts';

const LONGEST_PAGE = 5000;

/** @throws AzuriteError 404 */
export function findContainer(
  { store }: Stage,
  context: Context,
  account: string,
  name: string,
): StoredContainer {
  const container = store.containers.find(account, name);
  if (container === undefined) throw errors.getContainerNotFound(context.contextId);
  syncContainerLease(container, context);
  return container;
}

function syncContainerLease(container: StoredContainer, context: Context): StoredContainer {
  LeaseFactory.createLeaseState(new ContainerLeaseAdapter(container), context).sync(
    new ContainerLeaseSyncer(container),
  );
  return container;
}

type ContainerOperations = Pick<
  MetadataStore,
  | 'setServiceProperties'
  | 'getServiceProperties'
  | 'listContainers'
  | 'createContainer'
  | 'getContainerProperties'
  | 'deleteContainer'
  | 'setContainerMetadata'
  | 'getContainerACL'
  | 'setContainerACL'
  | 'checkContainerExist'
  | 'restoreContainer'
>;

/** Accounts' services and containers. */
export function containerOperations(stage: Stage): ContainerOperations {
  const { store, history } = stage;
  const { containers, deletedContainers, blobs } = store;

  const changed = (
    context: Context,
    account: string,
    name: string,
    lease: object | undefined,
    conditions: Conditions | undefined,
  ): StoredContainer => {
    const container = containers.find(account, name);
    validateWriteConditions(context, conditions, container);
    if (container === undefined) throw errors.getContainerNotFound(context.contextId);
    syncContainerLease(container, context);
    new ContainerReadLeaseValidator(lease).validate(new ContainerLeaseAdapter(container), context);
    return container;
  };

  return {
    async setServiceProperties(_context, { accountName, ...given }) {
      store.write(() => {
        const before = containers.serviceProperties(accountName) ?? {};
        const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
        containers.setServiceProperties(accountName, { ...before, ...set, accountName });
      });
      return await Promise.resolve();
    },
    async getServiceProperties(_context, account) {
      return await Promise.resolve(containers.serviceProperties(account));
    },
    async listContainers(context, account, prefix = '', maxResults = LONGEST_PAGE, marker = '') {
      const there = containers.list(account, prefix, marker, maxResults + 1);
      const include = (context.request.getQuery('include') ?? '').toLowerCase().split(',');
      const now = history.now();
      const deleted = include.includes('deleted')
        ? deletedContainers.list(account, prefix, marker, now, maxResults + 1)
        : [];
      const found: ListedContainer[] = [
        ...there.map((container) => syncContainerLease(container, context)),
        ...deleted.map((container) => toListedContainer(container, now)),
      ];
      if (deleted.length > 0) found.sort(byPlace);
      const page = found.slice(0, maxResults);
      const last = page.at(-1);
      const next = found.length > maxResults && last !== undefined ? placeOf(last) : undefined;
      return await Promise.resolve([page, next]);
    },
    async createContainer(context, container: Container) {
      const { accountName, name } = container;
      store.write(() => {
        if (containers.root(accountName, name) !== undefined)
          throw errors.getContainerAlreadyExists(context.contextId);
        const { blob, place } = rootOf(container);
        const root = blobs.insert(blob, place);
        containers.insert(container, root.id);
      });
      return await Promise.resolve(container);
    },
    async getContainerProperties(context, account, name, lease) {
      const container = findContainer(stage, context, account, name);
      new ContainerReadLeaseValidator(lease).validate(new ContainerLeaseAdapter(container), context);
      const { properties, metadata } = container;
      const isImmutable = history.immutability(account) !== undefined;
      if (isImmutable) properties.isImmutableStorageWithVersioningEnabled = true;
      return await Promise.resolve({ name, properties, metadata });
    },
    async deleteContainer(context, account, name, options = {}) {
      store.write(() => {
        const container = containers.find(account, name);
        if (container !== undefined) syncContainerLease(container, context);
        validateWriteConditions(context, options.modifiedAccessConditions, container);
        if (container === undefined) throw errors.getContainerNotFound(context.contextId);
        new ContainerDeleteLeaseValidator(options.leaseAccessConditions).validate(
          new ContainerLeaseAdapter(container),
          context,
        );
        if (history.immutability(account) !== undefined && blobs.hasRows(container.root))
          throw storageError(
            context,
            409,
            'ContainerProtectedFromDeletion',
            'The container has version-level immutability and is not empty.',
          );
        const days = history.containerRetention(account);
        const now = history.now();
        if (days === undefined) blobs.discard(container.root);
        else deletedContainers.insert(container, { deletedAt: now, expiresAt: now + days * DAY_MS });
        containers.remove(container);
      });
      await Promise.resolve();
    },
    async setContainerMetadata(context, account, name, lastModified, etag, metadata, lease, conditions) {
      store.write(() => {
        const container = changed(context, account, name, lease, conditions);
        Object.assign(container.properties, { lastModified, etag });
        container.metadata = metadata;
        containers.update(container);
      });
      await Promise.resolve();
    },
    async getContainerACL(context, account, name, lease) {
      const container = findContainer(stage, context, account, name);
      new ContainerReadLeaseValidator(lease).validate(new ContainerLeaseAdapter(container), context);
      const { properties, containerAcl } = container;
      return await Promise.resolve({ properties, containerAcl });
    },
    async setContainerACL(context, account, name, acl) {
      store.write(() => {
        const { leaseAccessConditions, modifiedAccessConditions } = acl;
        const container = changed(context, account, name, leaseAccessConditions, modifiedAccessConditions);
        const { publicAccess, lastModified, etag, containerAcl } = acl;
        Object.assign(container.properties, { publicAccess, lastModified, etag });
        container.containerAcl = containerAcl;
        containers.update(container);
      });
      await Promise.resolve();
    },
    async restoreContainer(context, account, name, version) {
      store.write(() => {
        if (containers.root(account, name) !== undefined)
          throw errors.getContainerAlreadyExists(context.contextId);
        const deleted = deletedContainers.find(account, name, version, history.now());
        if (deleted === undefined) throw errors.getContainerNotFound(context.contextId);
        const { properties, metadata, containerAcl } = deleted;
        deletedContainers.remove(deleted, true);
        Object.assign(properties, { leaseState: 'available' });
        containers.insert({ accountName: account, name, properties, metadata, containerAcl }, deleted.root);
      });
      await Promise.resolve();
    },
    async checkContainerExist(context, account, name) {
      checkContainer(stage, context, account, name);
      await Promise.resolve();
    },
  };
}

/** A container in a listing; of a deleted one, with its version. */
interface ListedContainer extends Container {
  readonly version?: string;
}

/** As Azure lists a deleted container: its lease is over. */
function toListedContainer(container: DeletedContainer, now: number): ListedContainer {
  const { deletedAt, expiresAt, properties } = container;
  return {
    ...container,
    properties: {
      ...properties,
      leaseStatus: 'unlocked',
      leaseState: 'expired',
      deletedTime: new Date(deletedAt),
      remainingRetentionDays: Math.floor((expiresAt - now) / DAY_MS),
    },
  };
}

function byPlace(left: ListedContainer, right: ListedContainer): number {
  const [one, other] = [placeOf(left), placeOf(right)];
  return one < other ? -1 : one > other ? 1 : 0;
}
