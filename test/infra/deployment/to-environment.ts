import type { Environment } from '../../../src/config/environment.ts';
import { appSettingsOf, isExpression, type WalkThrough } from './walk-through.ts';

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

/** The settings of the app as its environment would have them. */
export function toEnvironment(walkThrough: WalkThrough): Environment {
  return Object.fromEntries(
    Object.entries(appSettingsOf(walkThrough)).map(([name, value]) => {
      if (!isExpression(value)) return [name, value];
      return [name, SHAPES.find(([shape]) => shape.test(name))?.[1](name) ?? 'known-to-azure'];
    }),
  );
}
