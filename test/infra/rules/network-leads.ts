import { contextOf } from '../deployment/context.ts';
import { at, type Resource, resourcesOf, type WalkThrough } from '../deployment/walk-through.ts';
import type { Context } from '../expected/expectation.ts';
import { eachWalkThrough } from '../rule.ts';

/** By what a private endpoint leads to: the service of Azure, and how the zone of its names begins. */
const ZONES: Readonly<Record<string, string>> = {
  blob: 'privatelink.blob.',
  dfs: 'privatelink.dfs.',
  namespace: 'privatelink.servicebus.windows.net',
  vault: 'privatelink.vaultcore.azure.net',
};
const SUBNETS: Readonly<Record<string, string>> = { app: 'Microsoft.App/environments', endpoints: '' };

/**
 * A private network has an endpoint for each thing that the app connects to, which leads there and has its name in the
 * zone of its service, which is linked; and two subnets that do not overlap, of which that of the app is delegated.
 */
export const networkLeads = eachWalkThrough((walkThrough) => {
  const context = contextOf(walkThrough);
  const isPrivate = walkThrough.parameters['privateNetwork'] === true;
  const doors = resourcesOf(walkThrough, 'Microsoft.Network/privateEndpoints');
  if (!isPrivate) return doors.length === 0 ? [] : ['there is an endpoint without a private network'];
  return [
    ...ofDoors(doors, context),
    ...doors.flatMap((door) => ofZone(door, walkThrough)),
    ...ofSubnets(walkThrough),
  ];
});

function ofDoors(doors: readonly Resource[], { places, parameters, isLake }: Context): readonly string[] {
  const isElsewhere = parameters['sourceEndpoint'] !== '';
  const sides = isElsewhere ? [places.backup] : [places.backup, places.source];
  const wanted = [
    ...sides.map((id) => `${id} by blob`),
    ...(isLake === true ? sides.map((id) => `${id} by dfs`) : []),
    `${places.state} by blob`,
    `${places.namespace} by namespace`,
    ...(isElsewhere ? [`${places.vault} by vault`] : []),
  ];
  const are = doors.map((door) => {
    const { id, service } = leadsTo(door);
    return `${id} by ${service}`;
  });
  return [
    ...wanted.filter((each) => !are.includes(each)).map((each) => `no private endpoint leads to ${each}`),
    ...are
      .filter((each) => !wanted.includes(each))
      .map((each) => `a private endpoint leads to ${each}, which nothing asks for`),
  ];
}

function leadsTo(door: Resource): { readonly id: string; readonly service: string } {
  const connections = at(door, 'properties.privateLinkServiceConnections') as readonly {
    properties: { privateLinkServiceId: string; groupIds: readonly string[] };
  }[];
  const id = connections.map(({ properties }) => properties.privateLinkServiceId).join();
  return { id, service: connections.flatMap(({ properties }) => properties.groupIds).join() };
}

function ofZone(door: Resource, walkThrough: WalkThrough): readonly string[] {
  const { service } = leadsTo(door);
  const groups = resourcesOf(walkThrough, 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups');
  const configs = (at(
    groups.find(({ id }) => id.startsWith(`${door.id}/`)),
    'properties.privateDnsZoneConfigs',
  ) ?? []) as readonly { properties: { privateDnsZoneId: string } }[];
  const zone = configs.map(({ properties }) => properties.privateDnsZoneId).join();
  const begins = ZONES[service] ?? 'no zone';
  const linked = resourcesOf(walkThrough, 'Microsoft.Network/privateDnsZones/virtualNetworkLinks');
  return [
    ...(new RegExp(`(?:/|\\(')${begins.replaceAll('.', '\\.')}`).test(zone)
      ? []
      : [`the endpoint ${door.name} by ${service} has its name in ${zone || 'no zone'}, not in ${begins}`]),
    ...(linked.some(({ name }) => name.includes(begins))
      ? []
      : [`the zone ${begins} of the endpoint ${door.name} is not linked to the network`]),
  ];
}

interface Subnet {
  readonly name: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

function ofSubnets(walkThrough: WalkThrough): readonly string[] {
  const [network] = resourcesOf(walkThrough, 'Microsoft.Network/virtualNetworks');
  const subnets = (at(network, 'properties.subnets') ?? []) as readonly Subnet[];
  const ranges = subnets.map(({ properties }) => rangeOf(String(properties['addressPrefix'])));
  const [whole = [0, 0]] = [walkThrough.parameters['addressPrefix']].map((prefix) => rangeOf(String(prefix)));
  return [
    ...(subnets.map(({ name }) => name).join() === Object.keys(SUBNETS).join()
      ? []
      : [`the network does not have the subnets ${Object.keys(SUBNETS).join()}`]),
    ...subnets.flatMap(ofSubnet),
    ...(ranges.every(([from, to], index) =>
      ranges.every(([start, end], other) => index === other || to < start || end < from),
    )
      ? []
      : ['the subnets overlap']),
    ...(ranges.every(([from, to]) => from >= whole[0] && to <= whole[1])
      ? []
      : ['a subnet is outside of the network']),
    // An instance takes an address, and Azure five: 26 bits leave 59.
    ...(ranges.every(([from, to]) => to - from >= 63) ? [] : ['a subnet is smaller than /26']),
  ];
}

function ofSubnet({ name, properties }: Subnet): readonly string[] {
  const {
    addressPrefix: _prefix,
    delegations,
    privateEndpointNetworkPolicies: policies,
    ...more
  } = properties;
  const delegated = ((delegations ?? []) as readonly { properties: { serviceName: string } }[])
    .map((each) => each.properties.serviceName)
    .join();
  return [
    ...(delegated === SUBNETS[name]
      ? []
      : [`the subnet ${name} is delegated to ${delegated || 'nobody'}, not to ${SUBNETS[name] || 'nobody'}`]),
    ...(name === 'endpoints' && policies !== 'Disabled' ? [`the subnet ${name} applies policies`] : []),
    ...Object.keys(more).map((property) => `the subnet ${name} has ${property}, which no rule looks at`),
  ];
}

/** The first and the last address of a range like `10.83.0.0/24`. */
function rangeOf(prefix: string): readonly [number, number] {
  const [address = '', bits] = prefix.split('/');
  const from = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return [from, from + 2 ** (32 - Number(bits)) - 1];
}
