import type { Database } from './azurite-model.ts';

/**
 * Refuses a data directory that was filled by accounts of the other kind: in one a document's name is its path, in the
 * other an id.
 */
export function refuseOtherKind(database: Database, hierarchical: boolean): void {
  const [first] = database.getCollection('$BLOBS_COLLECTION$').data;
  if (first === undefined || 'entry' in first === hierarchical) return;
  const [held, wanted] = hierarchical ? ['flat', 'hierarchical'] : ['hierarchical', 'flat'];
  throw new Error(`Storage: the data directory holds ${held} accounts and cannot serve ${wanted} ones`);
}
