import type { TokenCredential } from '@azure/core-auth';
import { RetryMode, ServiceBusClient, type ServiceBusClientOptions } from '@azure/service-bus';
import { patchRheaSettlement, patchRheaWindow } from '@blobmirror/rhea-patches';
import { BlobmirrorError } from '../../model/errors.ts';
import type { ServiceBusSettings } from '../host-json.ts';
import type { ServiceBusConnection } from '../app-settings.ts';

/** @param clientId of a user-assigned identity */
export type CreateCredential = (clientId: string | undefined) => TokenCredential;

/** One client, and so one AMQP connection, for each namespace. */
export class ServiceBusClients {
  readonly #clients = new Map<string, ServiceBusClient>();
  readonly #options: ServiceBusClientOptions;
  readonly #createCredential: CreateCredential | undefined;

  constructor({ retry }: ServiceBusSettings, createCredential: CreateCredential | undefined) {
    this.#createCredential = createCredential;
    this.#options = {
      retryOptions: {
        mode: retry.mode === 'fixed' ? RetryMode.Fixed : RetryMode.Exponential,
        maxRetries: retry.maxRetries,
        timeoutInMs: retry.tryTimeoutMs,
        retryDelayInMs: retry.delayMs,
        maxRetryDelayInMs: retry.maxDelayMs,
      },
    };
  }

  /** @throws BlobmirrorError `setting-invalid` */
  get(connection: ServiceBusConnection): ServiceBusClient {
    const key = JSON.stringify(connection);
    const client = this.#clients.get(key) ?? this.#create(connection);
    this.#clients.set(key, client);
    return client;
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#clients.values()].map((client) => client.close()));
  }

  #create(connection: ServiceBusConnection): ServiceBusClient {
    patchRheaSettlement();
    patchRheaWindow();
    if (connection.kind === 'identity') {
      if (this.#createCredential === undefined) {
        throw new BlobmirrorError(
          'setting-invalid',
          `Service Bus ${connection.namespace} needs an identity, but the host has no credential`,
        );
      }
      const credential = this.#createCredential(connection.clientId);
      return new ServiceBusClient(connection.namespace, credential, this.#options);
    }
    try {
      return new ServiceBusClient(connection.connectionString, this.#options);
    } catch {
      // Without the cause, which may quote the key.
      throw new BlobmirrorError('setting-invalid', 'A Service Bus connection string is malformed');
    }
  }
}
