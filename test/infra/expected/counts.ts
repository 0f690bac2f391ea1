import type { Context } from './expectation.ts';

const isHere = ({ parameters }: Context): boolean => parameters['sourceEndpoint'] === '';
const isPrivate = ({ parameters }: Context): boolean => parameters['privateNetwork'] === true;
const makesTopic = (context: Context): boolean =>
  isHere(context) && context.parameters['systemTopicName'] === '';
const makesBackup = ({ parameters }: Context): boolean => parameters['backupAccountName'] === '';
const makesSource = (context: Context): boolean =>
  isHere(context) && context.parameters['sourceAccountName'] === '';
const hasCanary = (context: Context): boolean => isHere(context) && context.parameters['canary'] === true;
const one = (is: boolean): number => (is ? 1 : 0);

/** How many there are of a type, where no other rule says which. */
export const COUNTS: Readonly<Record<string, (context: Context) => number>> = {
  'Microsoft.Resources/resourceGroups': () => 1,
  'Microsoft.ManagedIdentity/userAssignedIdentities': () => 1,
  'Microsoft.OperationalInsights/workspaces': () => 1,
  'Microsoft.Insights/components': () => 1,
  'Microsoft.Insights/actionGroups': () => 1,
  'Microsoft.Insights/workbooks': () => 1,
  'Microsoft.Insights/diagnosticSettings': (context) => one(makesTopic(context)),
  'Microsoft.EventGrid/systemTopics': (context) => one(makesTopic(context)),
  'Microsoft.ServiceBus/namespaces': () => 1,
  'Microsoft.ServiceBus/namespaces/networkRuleSets': (context) => one(isPrivate(context)),
  'Microsoft.Storage/storageAccounts': (context) => 1 + one(makesSource(context)) + one(makesBackup(context)),
  // The app's own keeps what was deleted, as a new backup does.
  'Microsoft.Storage/storageAccounts/blobServices': (context) => 1 + one(makesBackup(context)),
  // A Data Lake account has no versions. Where only Azure knows, so does the condition.
  'Microsoft.Storage/storageAccounts/managementPolicies': (context) =>
    one(makesBackup(context) && context.isLake !== true),
  // The package, the undelivered events, and the canary.
  'Microsoft.Storage/storageAccounts/blobServices/containers': (context) => 2 + one(hasCanary(context)),
  'Microsoft.KeyVault/vaults': (context) => one(!isHere(context)),
  'Microsoft.KeyVault/vaults/secrets': (context) =>
    one(!isHere(context)) + one(context.parameters['sourceHasNextSas'] === true),
  'Microsoft.Network/virtualNetworks': (context) => one(isPrivate(context)),
  'Microsoft.Web/serverfarms': () => 1,
  'Microsoft.Web/sites': () => 1,
  // Over SCM and over FTP.
  'Microsoft.Web/sites/basicPublishingCredentialsPolicies': () => 2,
};
