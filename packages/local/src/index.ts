export { startLocal, type Local, type LocalOptions } from './start-local.ts';
export { startStorage, type Account, type Storage, type StorageOptions } from './start-storage.ts';
export type { HistoryOptions } from './storage/history-settings.ts';
export { startBroker, type Broker, type BrokerOptions } from './service-bus/start-broker.ts';
export type { BrokerMessage } from './service-bus/amqp/broker-message.ts';
export type { QueueDefinition } from './service-bus/queue/queue.ts';
export type { RuntimeCounts } from './service-bus/administration.ts';
export { createEventGrid, type EventGrid, type EventGridOptions } from './event-grid/event-grid.ts';
export {
  DeliveryError,
  type Delivery,
  type DeliveryOutcome,
  type Subscription,
} from './event-grid/subscription.ts';
export type { RetryPolicy } from './event-grid/retry-policy.ts';
export type { EventSchema } from './event-grid/event-schema.ts';
export type { EventGridClock } from './event-grid/clock.ts';
export type { FaultPlan } from './event-grid/fault-plan.ts';
export type { StorageMutation } from './requests/storage-mutation.ts';
export type { StorageRequest } from './requests/storage-request.ts';
export * from './connections.ts';
export type { LocalLogger, LogFields } from './logger.ts';
