import type { MetadataStore } from '../../azurite/azurite-stores.ts';
import { blockOperations } from './block-operations.ts';
import { containerOperations } from './container-operations.ts';
import { copyOperations } from './copy-operations.ts';
import type { Stage } from './find.ts';
import { immutabilityOperations } from './immutability.ts';
import { leaseOperations } from './lease-operations.ts';
import { listOperations } from './list-operations.ts';
import { pageOperations } from './page-operations.ts';
import { propertyOperations } from './property-operations.ts';
import { readOperations } from './read-operations.ts';
import { writeOperations } from './write-operations.ts';

/**
 * What Azurite's handlers ask of a metadata store, on our store. Each change is one transaction that reads, checks and
 * writes without awaiting, so it is there as a whole when the promise resolves, and no other request comes in between.
 */
export function createMetadataStore(stage: Stage): MetadataStore {
  const properties = propertyOperations(stage);
  return {
    ...containerOperations(stage),
    ...immutabilityOperations(stage),
    ...leaseOperations(stage),
    ...readOperations(stage),
    ...writeOperations(stage),
    ...properties,
    ...blockOperations(stage),
    ...pageOperations(stage),
    ...copyOperations(stage, properties.parseTier),
    ...listOperations(stage),
  };
}
