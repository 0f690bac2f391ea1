import { randomUUID } from 'node:crypto';
import { SpanKind } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { ServiceBusClient, type ServiceBusReceivedMessage } from '@azure/service-bus';
import { AccountSASPermissions, AccountSASResourceTypes, BlobServiceClient } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Local, startLocal } from '@blobmirror/local';
import { type Mirror, createMirror } from '../../src/wiring/create-mirror.ts';
import { openAccounts } from '../../src/wiring/open-accounts.ts';
import { type OpenQueues, openQueues } from '../../src/wiring/open-queues.ts';
import { NEVER_PAUSED } from '../../src/ports/account-decorators.ts';
import { NOTHING_RECORDED } from '../../src/ports/unprotected-keys.ts';
import { readSettings } from '../../src/config/settings.ts';
import { localSettings } from '../../src/cli/local-settings.ts';
import { startTelemetry, type Telemetry } from '../../src/telemetry/start-telemetry.ts';
import { startTracing } from '../../src/telemetry/start-tracing.ts';
import { createSilentLogger } from '../support/silent-logger.ts';
import { parsePrometheus, valueOf } from '../telemetry/support/parse-prometheus.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

describe('the trace of an event', () => {
  let local: Local;
  let environment: Record<string, string>;
  const open: OpenQueues[] = [];
  let telemetry: Telemetry;
  let source: BlobServiceClient;
  const spans: ReadableSpan[] = [];
  let flush: () => Promise<void>;

  beforeAll(async () => {
    local = await startLocal({ storagePort: 0, serviceBusPort: 0, log: createSilentLogger() });
    source = BlobServiceClient.fromConnectionString(local.connections.source.connectionString);
    const backup = BlobServiceClient.fromConnectionString(local.connections.backup.connectionString);
    environment = {
      ...localSettings(local.connections),
      BLOBMIRROR_SOURCE: withSas(source),
      BLOBMIRROR_BACKUP: withSas(backup),
    };
    const mirror = openMirror(environment);
    telemetry = startTelemetry({ worker: 'w' }, createSilentLogger());
    await source.createContainer('photos');
    const tracing = startTracing(resourceFromAttributes({}), keepIn(spans));
    flush = async () => await tracing.stop(5000);
    await source.getContainerClient('photos').getBlockBlobClient('cat.jpg').upload('cat', 3);
    await mirror.handleMessage(messageOf('cat.jpg'));
    await withDeadSource();
    await flush();
  });
  afterAll(async () => {
    await Promise.all(open.map(async (queues) => await queues.close()));
    await local.stop();
  });

  function messageOf(name: string) {
    const body = {
      topic: '/subscriptions/0/resourceGroups/r/providers/Microsoft.Storage/storageAccounts/sourceaccount',
      subject: `/blobServices/default/containers/photos/blobs/${name}`,
      eventType: 'Microsoft.Storage.BlobCreated',
      id: randomUUID(),
      eventTime: new Date().toISOString(),
      data: { api: 'PutBlob', url: `http://127.0.0.1:1/sourceaccount/photos/${name}` },
    };
    return {
      body,
      messageId: name,
      enqueuedTime: new Date('2026-11-25T12:00:00.500Z'),
      deliveryCount: 1,
      applicationProperties: { 'Diagnostic-Id': `00-${TRACE}-${SPAN}-01` },
    };
  }

  /** Another mirror, whose source nobody serves: its event comes back later. */
  async function withDeadSource(): Promise<void> {
    const lost = openMirror({
      ...environment,
      BLOBMIRROR_NAMESPACE: 'flat',
      BLOBMIRROR_SOURCE: 'BlobEndpoint=http://127.0.0.1:9/sourceaccount;SharedAccessSignature=sig=secret',
    });
    const { body, ...message } = messageOf('dog.jpg');
    // As the library of Azure Functions hands it over: with lowered first letters, in the properties too.
    await lost.handleTrigger(body, {
      invocationId: 'i',
      triggerMetadata: {
        ...message,
        enqueuedTimeUtc: '2026-11-25T12:00:00.500',
        applicationProperties: { 'diagnostic-Id': message.applicationProperties['Diagnostic-Id'] },
      },
    });
  }

  function openMirror(env: Readonly<Record<string, string>>): Mirror {
    const [settings, log] = [readSettings(env), createSilentLogger()];
    const queues = openQueues(settings);
    open.push(queues);
    const accounts = openAccounts(settings, log);
    return createMirror(settings, log, {
      accounts,
      queues,
      pause: NEVER_PAUSED,
      unprotected: NOTHING_RECORDED,
    });
  }

  const named = (name: string): ReadableSpan[] => spans.filter((span) => span.name === name);
  const below = (parent: ReadableSpan | undefined): ReadableSpan[] =>
    spans.filter((span) => span.parentSpanContext?.spanId === parent?.spanContext().spanId);

  it('continues the trace of the message, through its check, to the requests of the write', () => {
    expect(new Set(spans.map((span) => span.spanContext().traceId))).toEqual(new Set([TRACE]));
    const [processed] = named('process storage-events');
    expect(processed?.parentSpanContext?.spanId).toBe(SPAN);
    expect(processed?.kind).toBe(SpanKind.CONSUMER);
    expect(processed?.attributes).toEqual({
      'messaging.system': 'servicebus',
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
      'messaging.destination.name': 'storage-events',
      'messaging.message.id': 'cat.jpg',
      'messaging.servicebus.message.delivery_count': 1,
      'messaging.servicebus.message.enqueued_time': Date.parse('2026-11-25T12:00:00Z') / 1000,
    });

    const [look, ...more] = below(processed);
    expect(more).toEqual([]);
    expect(look?.name).toBe('converge');
    expect(look?.attributes).toEqual({
      'blobmirror.container': 'photos',
      'blobmirror.path': 'cat.jpg',
      'blobmirror.verdict': 'copied',
      'blobmirror.bytes': 3,
    });

    const requests = below(look);
    expect(requests.every(({ kind }) => kind === SpanKind.CLIENT)).toBe(true);
    const { port } = new URL(local.connections.backup.blobEndpoint);
    const write = requests.find(
      ({ name, attributes }) =>
        name === 'PUT' &&
        attributes['url.full'] === `${local.connections.backup.blobEndpoint}/photos/cat.jpg`,
    );
    expect(write?.attributes).toMatchObject({
      'http.request.method': 'PUT',
      'http.response.status_code': expect.any(Number) as number,
      'server.address': '127.0.0.1',
      'server.port': Number(port),
    });
    expect(requests.some(({ name }) => name === 'HEAD')).toBe(true);
  });

  it('continues in the message that is sent for a retry, and holds the error', async () => {
    const [, processed] = named('process storage-events');
    expect(processed?.attributes).toMatchObject({
      'error.type': 'storage-unavailable',
      'blobmirror.outcome': 'retried',
    });
    const sent = below(processed).find(({ name }) => name === 'send storage-events');
    expect(sent?.kind).toBe(SpanKind.PRODUCER);
    const copy = await peekScheduled();
    expect(copy?.applicationProperties?.['Diagnostic-Id']).toBe(
      `00-${TRACE}-${sent?.spanContext().spanId}-01`,
    );
    expect(copy?.messageId).toBe(sent?.attributes['messaging.message.id']);
  });

  it('has metrics, too: the failed attempt, the request without an answer', async () => {
    const samples = parsePrometheus(await telemetry.readMetrics());
    const retries = { code: 'storage-unavailable', door: 'event' };
    expect(valueOf(samples, 'blobmirror_retries_total', retries)).toBe(1);
    const unanswered = { account: 'sourceaccount', outcome: 'unanswered' };
    expect(valueOf(samples, 'blobmirror_requests_total', unanswered)).toBeGreaterThan(0);
    expect(valueOf(samples, 'blobmirror_changes_total', { verdict: 'copied', door: 'event' })).toBe(1);
  });

  it('holds no signature, whatever the accounts are reached by', () => {
    const text = JSON.stringify(
      spans.map(({ name, attributes, events, status }) => [name, attributes, events, status]),
    );
    expect(text).toContain('cat.jpg');
    expect(text).not.toMatch(/sig=|sv=|secret|\?/i);
  });

  async function peekScheduled(): Promise<ServiceBusReceivedMessage | undefined> {
    const client = new ServiceBusClient(local.connections.serviceBus.connectionString);
    const receiver = client.createReceiver(local.connections.serviceBus.eventsQueue);
    const messages = await receiver.peekMessages(10);
    await client.close();
    return messages.find(({ applicationProperties }) => applicationProperties?.['blobmirror-attempts'] === 1);
  }
});

function keepIn(spans: ReadableSpan[]): SpanExporter {
  const done: { readonly code: number } = { code: 0 };
  return {
    export: (ended, report: (result: typeof done) => void) => {
      spans.push(...ended);
      report(done);
    },
    shutdown: async () => {},
  };
}

function withSas(client: BlobServiceClient): string {
  const url = new URL(
    client.generateAccountSasUrl(
      new Date(Date.now() + 3_600_000),
      AccountSASPermissions.parse('rwdlactf'),
      AccountSASResourceTypes.parse('sco').toString(),
    ),
  );
  return `BlobEndpoint=${client.url.replace(/\/$/, '')};SharedAccessSignature=${url.search.slice(1)}`;
}
