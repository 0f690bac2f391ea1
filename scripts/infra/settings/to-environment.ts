import type { Environment } from '../../../src/config/environment.ts';
import { UNKNOWN, type ValueObject } from './evaluate.ts';

/** What Azure would put where only Azure knows: something of the same shape, of no account. */
const SHAPES: readonly (readonly [RegExp, (name: string) => string])[] = [
  [
    /^(\w+?)__blobServiceUri$/,
    (name) => `https://${name.toLowerCase().replaceAll(/[^a-z]/g, '')}.blob.core.windows.net/`,
  ],
  [/__fullyQualifiedNamespace$/, () => 'mirror.servicebus.windows.net'],
  [/__clientId$/, () => '11111111-2222-3333-4444-555555555555'],
  [
    /^APPLICATIONINSIGHTS_CONNECTION_STRING$/,
    () => 'InstrumentationKey=11111111-2222-3333-4444-555555555555',
  ],
  [/^BLOBMIRROR_NAMESPACE$/, () => 'flat'],
  [/^BLOBMIRROR_KEY_VAULT_SECRETS$/, () => 'https://kv-x.vault.azure.net/secrets/source'],
  [
    /^BLOBMIRROR_SOURCE(?:__secondary)?$/,
    () => 'BlobEndpoint=https://photos.blob.core.windows.net/;SharedAccessSignature=sv=x',
  ],
];

/** App settings as the environment of the app would have them. */
export function toEnvironment(settings: ValueObject): Environment {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => {
      if (value !== UNKNOWN && typeof value !== 'object') return [name, String(value)];
      return [name, SHAPES.find(([shape]) => shape.test(name))?.[1](name) ?? 'known-to-azure'];
    }),
  );
}
