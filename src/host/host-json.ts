import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { BlobmirrorError } from '../model/errors.ts';

/**
 * The part of host.json that this host supports; times in milliseconds. Names and defaults are those of Functions runtime
 * 4 and Service Bus extension 5 (host.json reference). `prefetchCount` is ignored: locks run while messages wait in a
 * buffer, so a link requests a message only when it is free.
 */
export interface HostJson {
  /** Infinity when host.json says "-1". */
  readonly functionTimeoutMs: number;
  /** Precedes every HTTP route. May be empty. */
  readonly routePrefix: string;
  readonly serviceBus: ServiceBusSettings;
}

export interface ServiceBusSettings {
  /** Messages of a function that are processed at the same time. */
  readonly maxConcurrentCalls: number;
  readonly maxAutoLockRenewalMs: number;
  readonly autoCompleteMessages: boolean;
  readonly retry: {
    readonly mode: 'exponential' | 'fixed';
    readonly tryTimeoutMs: number;
    readonly delayMs: number;
    readonly maxDelayMs: number;
    readonly maxRetries: number;
  };
}

/** @throws BlobmirrorError `setting-invalid`, naming the field and what it should be. */
export function parseHostJson(value: unknown): HostJson {
  const http = section(value, 'extensions.http');
  const serviceBus = section(value, 'extensions.serviceBus');
  const retry = section(value, 'extensions.serviceBus.clientRetryOptions');
  return {
    functionTimeoutMs: timeSpan(section(value, ''), 'functionTimeout', 30 * 60_000),
    routePrefix: readText(http, 'routePrefix', 'api').replace(/^\/+|\/+$/g, ''),
    serviceBus: {
      maxConcurrentCalls: count(serviceBus, 'maxConcurrentCalls', 16 * availableParallelism(), 1),
      maxAutoLockRenewalMs: timeSpan(serviceBus, 'maxAutoLockRenewalDuration', 5 * 60_000),
      autoCompleteMessages: flag(serviceBus, 'autoCompleteMessages', true),
      retry: {
        mode: readText(retry, 'mode', 'exponential').toLowerCase() === 'fixed' ? 'fixed' : 'exponential',
        tryTimeoutMs: timeSpan(retry, 'tryTimeout', 60_000),
        delayMs: timeSpan(retry, 'delay', 800),
        maxDelayMs: timeSpan(retry, 'maxDelay', 60_000),
        maxRetries: count(retry, 'maxRetries', 3, 0),
      },
    },
  };
}

/** @throws BlobmirrorError `setting-invalid` when the file is missing or is not JSON, or a field is wrong */
export async function readHostJson(file: URL): Promise<HostJson> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new BlobmirrorError('setting-invalid', `${file.pathname} cannot be read, or is not JSON`, {
      cause,
    });
  }
  return parseHostJson(value);
}

interface Section {
  readonly path: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

function section(root: unknown, path: string): Section {
  let value: unknown = root;
  for (const name of path.split('.').filter(Boolean)) {
    value = isRecord(value) ? value[name] : undefined;
  }
  if (value !== undefined && !isRecord(value)) throw wrong(path, 'an object');
  return { path: path === '' ? '' : `${path}.`, fields: value ?? {} };
}

function readText(from: Section, name: string, fallback: string): string {
  const value = from.fields[name] ?? fallback;
  if (typeof value !== 'string') throw wrong(from.path + name, 'a string');
  return value;
}

function flag(from: Section, name: string, fallback: boolean): boolean {
  const value = from.fields[name] ?? fallback;
  if (typeof value !== 'boolean') throw wrong(from.path + name, 'true or false');
  return value;
}

function count(from: Section, name: string, fallback: number, least: number): number {
  const value = from.fields[name] ?? fallback;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least) {
    throw wrong(from.path + name, `a whole number of at least ${least}`);
  }
  return value;
}

function timeSpan(from: Section, name: string, fallback: number): number {
  const value = from.fields[name];
  if (value === undefined) return fallback;
  if (value === '-1') return Infinity;
  const ms = typeof value === 'string' ? parseTimeSpan(value) : undefined;
  if (ms === undefined) throw wrong(from.path + name, 'a time such as "00:05:00"');
  return ms;
}

function wrong(field: string, expected: string): BlobmirrorError {
  return new BlobmirrorError('setting-invalid', `host.json: ${field} must be ${expected}`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const TIME_SPAN = /^(?:(\d+)\.)?(\d{1,2}):([0-5]?\d):([0-5]?\d)(\.\d{1,7})?$/;

/** A .NET TimeSpan as host.json writes it (`[d.]hh:mm:ss[.fffffff]`), in milliseconds. Undefined when it is malformed. */
function parseTimeSpan(text: string): number | undefined {
  const match = TIME_SPAN.exec(text);
  if (match === null) return undefined;
  const [, days = '0', hours, minutes, seconds, fraction = '0'] = match;
  if (Number(hours) > 23) return undefined;
  const whole = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
  return whole * 1000 + Math.round(Number(fraction) * 1000);
}
