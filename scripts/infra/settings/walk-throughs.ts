import type { Value } from './evaluate.ts';

const ANY = { environmentName: 'photos', location: 'westeurope' };

/** The deployments that docs/deploy.md walks through, by what their parameters are. */
export const WALK_THROUGHS: Readonly<Record<string, Readonly<Record<string, Value>>>> = {
  'a new source': ANY,
  'an existing source': { ...ANY, sourceAccountName: 'photos', sourceResourceGroup: 'photos' },
  'an existing system topic': { ...ANY, sourceAccountName: 'photos', systemTopicName: 'photos-events' },
  'another subscription, and an existing backup': {
    ...ANY,
    sourceAccountName: 'photos',
    sourceResourceGroup: 'photos',
    sourceSubscriptionId: '11111111-2222-3333-4444-555555555555',
    backupAccountName: 'photosbackup',
    backupResourceGroup: 'backups',
  },
  'a source in another tenant': { ...ANY, sourceSasConnection: 'BlobEndpoint=…' },
  'a source in another tenant, and the SAS that takes over': {
    ...ANY,
    sourceSasConnection: 'BlobEndpoint=…',
    sourceSasSecondary: 'BlobEndpoint=…',
  },
  'no canary': { ...ANY, canary: false },
  'a private network': { ...ANY, privateNetwork: true },
  'tags, and nothing deleted': {
    ...ANY,
    mirrorTags: true,
    deletes: 'keep',
    tier: 'Cool',
    reconcileSchedule: 'off',
  },
};
