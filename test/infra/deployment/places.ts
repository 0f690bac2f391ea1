import { resourcesOf, type WalkThrough } from './walk-through.ts';

const STORAGE = 'Microsoft.Storage/storageAccounts';
const TYPES = {
  identity: 'Microsoft.ManagedIdentity/userAssignedIdentities',
  workspace: 'Microsoft.OperationalInsights/workspaces',
  insights: 'Microsoft.Insights/components',
  actionGroup: 'Microsoft.Insights/actionGroups',
  namespace: 'Microsoft.ServiceBus/namespaces',
  network: 'Microsoft.Network/virtualNetworks',
  plan: 'Microsoft.Web/serverfarms',
  vault: 'Microsoft.KeyVault/vaults',
} as const;

export type Place = keyof typeof TYPES | 'source' | 'backup' | 'state';

/** The resource ids that others refer to. One that is not deployed is called so, which no resource is. */
export function placesIn(walkThrough: WalkThrough): Readonly<Record<Place, string>> {
  const { outputs } = walkThrough;
  const source = accountOf(walkThrough, 'source', outputs['MIRROR_SOURCE_NAME']);
  const backup = accountOf(walkThrough, 'backup', outputs['MIRROR_BACKUP_NAME']);
  const state = resourcesOf(walkThrough, STORAGE).find(({ id }) => id !== source && id !== backup)?.id;
  const others = Object.fromEntries(
    Object.entries(TYPES).map(([place, type]) => [
      place,
      resourcesOf(walkThrough, type)[0]?.id ?? `no ${type}`,
    ]),
  ) as Record<keyof typeof TYPES, string>;
  return { ...others, source, backup, state: state ?? 'no account of the app' };
}

function accountOf({ parameters, resources }: WalkThrough, side: string, name = ''): string {
  const own = resources.find(({ type }) => type === 'Microsoft.Resources/resourceGroups')?.id ?? '';
  const [, , subscription, , group] = own.split('/');
  const given = (parameter: string, otherwise = ''): string =>
    parameters[parameter] === '' ? otherwise : String(parameters[parameter]);
  return [
    `/subscriptions/${given(`${side}SubscriptionId`, subscription)}`,
    `resourceGroups/${given(`${side}ResourceGroup`, group)}`,
    `providers/${STORAGE}/${name}`,
  ].join('/');
}
