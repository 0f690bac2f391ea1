import type { Finding } from '../api/finding.ts';
import { type BlobmirrorError, toBlobmirrorError } from '../model/errors.ts';
import type { QueueProbe, QueueProperties } from '../ports/probes.ts';
import { QUEUE_OPTIONS, assignQueueRoleCommand, queueCommand } from './az-commands.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** @param role what the queue is for: `events` or `reconcile` */
export async function checkQueue(probe: QueueProbe, role: string): Promise<readonly Finding[]> {
  const about = (what: string) => ({ check: `${role}-queue-${what}`, of: probe.queue });
  const received = await tryQueue(probe, 'Receiver', async () => await probe.receive());
  const findings: Finding[] = [
    { ...about('receive'), ...(received ?? { status: 'ok', detail: 'messages can be received' }) },
  ];
  if (received?.isMissing === true) return findings.map(strip);
  const sent = await tryQueue(probe, 'Sender', async () => await probe.send());
  findings.push({ ...about('send'), ...(sent ?? { status: 'ok', detail: 'messages can be sent' }) });
  const properties = await probe.properties();
  if (properties === undefined)
    findings.push({
      ...about('properties'),
      status: 'unknown',
      detail: 'the identity may not read how the queue is declared; docs/settings.md says how it should be',
      fix: queueCommand('show', probe.queue),
    });
  else
    findings.push(
      ...findMisdeclarations(properties, probe.queue).map((finding) => ({
        ...about('properties'),
        ...finding,
      })),
    );
  return findings.map(strip);
}

type QueueFinding = Pick<Finding, 'status' | 'detail' | 'fix'> & { readonly isMissing?: boolean };

/** Undefined when it went well. */
async function tryQueue(
  { queue }: QueueProbe,
  role: 'Sender' | 'Receiver',
  act: () => Promise<void>,
): Promise<QueueFinding | undefined> {
  try {
    await act();
    return undefined;
  } catch (thrown) {
    return explain(toBlobmirrorError(thrown), queue, role);
  }
}

function explain(error: BlobmirrorError, queue: string, role: 'Sender' | 'Receiver'): QueueFinding {
  switch (error.context['service']) {
    case 'MessagingEntityNotFound':
      return {
        status: 'problem',
        isMissing: true,
        detail: `there is no queue ${queue} in the namespace`,
        fix: queueCommand('create', queue, QUEUE_OPTIONS),
      };
    case 'MessagingEntityDisabled':
      return {
        status: 'problem',
        detail: `the queue ${queue} is disabled`,
        fix: queueCommand('update', queue, '--status Active'),
      };
    case 'UnauthorizedAccess':
      return {
        status: 'problem',
        detail: `the identity lacks the role "Azure Service Bus Data ${role}", or the key its claim`,
        fix: assignQueueRoleCommand(role, queue),
      };
    default:
      return {
        status: 'problem',
        detail: error.message,
        fix: 'az servicebus namespace show --name NAMESPACE --resource-group GROUP --query "{status: status, public: publicNetworkAccess}"',
      };
  }
}

function findMisdeclarations(found: QueueProperties, queue: string): readonly QueueFinding[] {
  const anew = `az servicebus queue delete --namespace-name NAMESPACE --resource-group GROUP --name ${queue} && ${queueCommand('create', queue, QUEUE_OPTIONS)}`;
  const outcomes: (QueueFinding | false)[] = [
    !found.isActive && {
      status: 'problem',
      detail: 'the queue is not active',
      fix: queueCommand('update', queue, '--status Active'),
    },
    !found.deadLettersOnExpiration && {
      status: 'problem',
      detail:
        'messages that expire are thrown away, and with them every event that is given up: no dead letter tells of it',
      fix: queueCommand('update', queue, '--enable-dead-lettering-on-message-expiration true'),
    },
    found.hasSessions && {
      status: 'problem',
      detail: 'the queue has sessions, and Event Grid delivers to none that has',
      fix: anew,
    },
    !found.detectsDuplicates && {
      status: 'warning',
      detail: 'duplicates are not detected: what is sent twice is done twice, which costs requests',
      fix: anew,
    },
    found.detectsDuplicates &&
      found.duplicateWindowMs < 10 * MINUTE_MS && {
        status: 'warning',
        detail: `duplicates are detected for ${found.duplicateWindowMs / 1000} s only`,
        fix: queueCommand('update', queue, '--duplicate-detection-history-time-window PT10M'),
      },
    found.timeToLiveMs < DAY_MS && {
      status: 'problem',
      detail: `messages expire after ${found.timeToLiveMs / 1000} s: an outage or a pause of that length loses them to the dead letters`,
      fix: queueCommand('update', queue, '--default-message-time-to-live P14D'),
    },
    found.mostDeliveries < 5 && {
      status: 'warning',
      detail: `a message is given up after ${found.mostDeliveries} deliveries, and every worker that dies costs one`,
      fix: queueCommand('update', queue, '--max-delivery-count 10'),
    },
    found.lockMs < 10_000 && {
      status: 'warning',
      detail: `a message is locked for ${found.lockMs / 1000} s only, and comes twice when a worker is slow to say that it is at it`,
      fix: queueCommand('update', queue, '--lock-duration PT5M'),
    },
  ];
  const amiss = outcomes.filter((outcome) => outcome !== false);
  return amiss.length > 0 ? amiss : [{ status: 'ok', detail: 'it is declared as it should be' }];
}

function strip({ check, of, status, detail, fix }: Finding): Finding {
  return { check, of, status, detail, ...(fix !== undefined && { fix }) };
}

/**
 * The event subscription can be seen only by what it brings: to look at it takes rights on the source account's
 * resource, which a mirror has no need of.
 *
 * @param lastMirrored when the last change was mirrored within the last hour, by events
 */
export async function checkSubscription(
  source: string,
  queue: string,
  lastMirrored: () => Promise<Date | undefined>,
): Promise<Finding> {
  const about = { check: 'event-subscription', of: source };
  const fix = `az eventgrid event-subscription list --source-resource-id "$(az storage account show --name ${source} --query id --output tsv)" --query "[].{name: name, state: provisioningState, to: destination.resourceId, types: filter.includedEventTypes}"`;
  let last: Date | undefined;
  try {
    last = await lastMirrored();
  } catch (thrown) {
    return { ...about, status: 'unknown', detail: toBlobmirrorError(thrown).message, fix };
  }
  if (last !== undefined)
    return {
      ...about,
      status: 'ok',
      detail: `events come: the last change was mirrored at ${last.toISOString()}`,
    };
  return {
    ...about,
    status: 'unknown',
    detail: `no change was mirrored in the last hour: nothing was written, no worker runs, or no subscription delivers to ${queue}`,
    fix,
  };
}
