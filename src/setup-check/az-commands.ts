/**
 * The az commands that findings name. The reader replaces APP, GROUP and NAMESPACE; the rest is filled in.
 */
export type Right = 'read' | 'read-tags' | 'write' | 'write-tags' | 'own';

/** For each right, the least privileged data role that has it. */
const ROLES: Readonly<Record<Right, string>> = {
  read: 'Storage Blob Data Reader',
  'read-tags': 'Storage Blob Data Owner',
  write: 'Storage Blob Data Contributor',
  'write-tags': 'Storage Blob Data Owner',
  own: 'Storage Blob Data Owner',
};

export function roleOf(right: Right): string {
  return ROLES[right];
}

export function assignRoleCommand(right: Right, account: string): string {
  return `az role assignment create --role "${ROLES[right]}" --assignee-object-id "$(az functionapp identity show --name APP --resource-group GROUP --query principalId --output tsv)" --assignee-principal-type ServicePrincipal --scope "$(az storage account show --name ${account} --query id --output tsv)"`;
}

/** Permissions of an account SAS; `sco` covers service, containers and objects. No account SAS can set owners. */
const SAS_PERMISSIONS: Readonly<Record<Exclude<Right, 'own'>, string>> = {
  read: 'rl',
  'read-tags': 'rlt',
  write: 'rwdlac',
  'write-tags': 'rwdlact',
};

export function createSasCommand(right: Right, account: string): string {
  if (right === 'own') return showConnectionCommand(account);
  return `az storage account generate-sas --account-name ${account} --services b --resource-types sco --permissions ${SAS_PERMISSIONS[right]} --https-only --expiry 2030-01-01`;
}

export function showConnectionCommand(account: string): string {
  return `az storage account show-connection-string --name ${account} --output tsv`;
}

export function showAccountCommand(account: string): string {
  return `az storage account show --name ${account} --query "{rules: networkRuleSet, public: publicNetworkAccess, hierarchical: isHnsEnabled}"`;
}

export function assignQueueRoleCommand(role: 'Sender' | 'Receiver' | 'Owner', queue: string): string {
  return `az role assignment create --role "Azure Service Bus Data ${role}" --assignee-object-id "$(az functionapp identity show --name APP --resource-group GROUP --query principalId --output tsv)" --assignee-principal-type ServicePrincipal --scope "$(az servicebus queue show --namespace-name NAMESPACE --resource-group GROUP --name ${queue} --query id --output tsv)"`;
}

export function queueCommand(verb: 'show' | 'create' | 'update', queue: string, options = ''): string {
  return `az servicebus queue ${verb} --namespace-name NAMESPACE --resource-group GROUP --name ${queue} ${options}`.trimEnd();
}

export const QUEUE_OPTIONS =
  '--enable-dead-lettering-on-message-expiration true --enable-duplicate-detection true --duplicate-detection-history-time-window PT10M --default-message-time-to-live P14D --max-delivery-count 10 --lock-duration PT5M';
