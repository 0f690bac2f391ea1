import type { SasStatus } from '../azure/account/sas-succession.ts';
import { type SecretAttributes, readSecretAttributes } from '../azure/key-vault-secret.ts';
import { within } from '../concurrency/deadline.ts';
import type { ServiceBusConnection } from '../config/connections.ts';
import type { Settings } from '../config/settings.ts';
import type { CredentialReport } from '../status/judge-credentials.ts';
import { connectStorage, createCredential } from './connect-storage.ts';

type Read = typeof readSecretAttributes;

const DAY_MS = 24 * 3_600_000;
/** A status waits for it, once a day. */
const SECRET_WITHIN_MS = 4500;
/** After a secret could not be read. */
const AGAIN_MS = 10 * 60_000;

/**
 * What is known of the end of each credential in the settings. Never rejects. Sends no request to an account, and reads each
 * secret of Key Vault once a day.
 */
export function watchCredentials(
  settings: Pick<Settings, 'source' | 'backup' | 'state' | 'serviceBus' | 'keyVault'>,
  readSecret: Read = readSecretAttributes,
  steady: () => number = () => performance.now(),
): () => Promise<(now: Date) => readonly CredentialReport[]> {
  const { source, backup, state, serviceBus, keyVault } = settings;
  const accounts = [
    { setting: 'BLOBMIRROR_SOURCE', account: connectStorage(source) },
    { setting: 'BLOBMIRROR_BACKUP', account: connectStorage(backup) },
    ...(state.connection === backup
      ? []
      : [{ setting: 'BLOBMIRROR_STATE', account: connectStorage(state.connection) }]),
  ];
  const credential = createCredential(keyVault.clientId);
  const secrets = keyVault.secrets.map((uri) => seldom(async () => await ofSecret(uri), steady));

  async function ofSecret(uri: string): Promise<CredentialReport> {
    const { hostname, pathname } = new URL(uri);
    const name = `the secret ${pathname.split('/')[2] ?? ''} of ${hostname}`;
    const publicName = 'a secret of Key Vault';
    const attributes = await within(SECRET_WITHIN_MS, readSecret(uri, credential), () => new Error()).catch(
      (): SecretAttributes => ({ unknown: 'the vault did not answer' }),
    );
    if ('unknown' in attributes) return { name, publicName, unknown: attributes.unknown, isAdvisory: true };
    const { endsAt, isEnabled } = attributes;
    return {
      name,
      publicName,
      isAdvisory: true,
      ...(endsAt !== undefined && { endsAt }),
      ...(!isEnabled && { refused: 'it is disabled' }),
    };
  }

  return async () => {
    const ofSecrets = await Promise.all(secrets.map(async (read) => await read()));
    return (now) => [
      ...accounts.flatMap(({ setting, account: { authorization } }) =>
        authorization.kind === 'sas' ? toReports(setting, authorization.sas.status(), now) : [],
      ),
      ...ofServiceBus(serviceBus),
      ...ofSecrets,
    ];
  };
}

/** The last result for a day, or for some minutes where it is unknown. */
function seldom(
  read: () => Promise<CredentialReport>,
  steady: () => number,
): () => Promise<CredentialReport> {
  let known: { readonly report: Promise<CredentialReport>; until: number } | undefined;
  return async () => {
    if (known === undefined || steady() >= known.until) {
      const asked = { report: read(), until: steady() + AGAIN_MS };
      known = asked;
      if ((await asked.report).unknown === undefined) asked.until = steady() + DAY_MS;
    }
    return await known.report;
  };
}

function toReports(setting: string, all: readonly SasStatus[], now: Date): readonly CredentialReport[] {
  const names = [`the SAS of ${setting}`, `the SAS of ${setting}__secondary`];
  return all.map(({ endsAt, isRefused }, i): CredentialReport => {
    // The other one, where it is accepted now, and for longer than this one.
    const from = Math.max(now.getTime(), endsAt?.getTime() ?? 0);
    const other = all.findIndex(
      (each, at) =>
        at !== i &&
        !each.isRefused &&
        (each.endsAt?.getTime() ?? Infinity) > (isRefused ? now.getTime() : from),
    );
    const successor = names[other];
    return {
      name: names[i] ?? setting,
      ...(endsAt === undefined
        ? { unknown: 'it names none; a stored access policy may, which only the owner of the account sees' }
        : { endsAt }),
      ...(isRefused && { refused: 'the account refuses it' }),
      ...(successor !== undefined && { successor }),
    };
  });
}

/** A SAS of Service Bus tells its end in seconds since 1970. */
function ofServiceBus(connection: ServiceBusConnection): readonly CredentialReport[] {
  if (!('connectionString' in connection)) return [];
  const sas = /(?:^|;)\s*SharedAccessSignature=(.*)/i.exec(connection.connectionString)?.[1];
  if (sas === undefined) return [];
  const name = 'the SAS of BLOBMIRROR_SERVICE_BUS';
  const seconds = /[&?\s]se=(\d+)/.exec(sas)?.[1];
  return [
    seconds === undefined
      ? { name, unknown: 'it names none' }
      : { name, endsAt: new Date(Number(seconds) * 1000) },
  ];
}
