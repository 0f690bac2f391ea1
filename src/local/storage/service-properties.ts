import { ServiceHandler, replaceHandlerMethod } from './azurite.ts';
import type { AzuriteResponse, Context } from './azurite-model.ts';
import { storageError } from './storage-error.ts';
import { notHere } from './unsupported-requests.ts';

interface ServiceProperties {
  readonly deleteRetentionPolicy?: { readonly enabled?: boolean };
  readonly staticWebsite?: { readonly enabled?: boolean };
}

/** What may be switched off and not on, with its name in the body of Set Blob Service Properties. */
const missing = [
  ['deleteRetentionPolicy', 'DeleteRetentionPolicy'],
  ['staticWebsite', 'StaticWebsite'],
] as const satisfies [keyof ServiceProperties, string][];

/**
 * Refuses to switch on what this storage does not do, which Azurite takes and shows as on: soft delete and static
 * websites. Says that soft delete is off, whatever a database of a former release has.
 */
export function refuseMissingFeatures(): void {
  replaceHandlerMethod(ServiceHandler, 'setProperties', (original) => {
    const setProperties = original as (...parameters: unknown[]) => Promise<AzuriteResponse>;
    return async function setSupported(
      this: unknown,
      properties: ServiceProperties,
      options: object,
      context: Context,
    ) {
      for (const [name, element] of missing)
        if (properties[name]?.enabled === true)
          throw storageError(
            context,
            400,
            'UnsupportedXmlNode',
            `One of the XML nodes specified in the request body is not supported: ${notHere(element)}.`,
            { XmlNodeName: element },
          );
      return setProperties.call(this, properties, options, context);
    };
  });
  replaceHandlerMethod(ServiceHandler, 'getProperties', (original) => {
    const getProperties = original as (...parameters: unknown[]) => Promise<AzuriteResponse>;
    return async function getSupported(this: unknown, ...parameters: unknown[]) {
      return {
        ...(await getProperties.apply(this, parameters)),
        deleteRetentionPolicy: { enabled: false },
        staticWebsite: { enabled: false },
      };
    };
  });
}
