import type { Finding } from '../api/finding.ts';
import { type BlobmirrorError, toBlobmirrorError } from '../model/errors.ts';
import type { QueueProbe, QueueProperties } from '../ports/probes.ts';
import { QUEUE_OPTIONS, assignQueueRoleCommand, queueCommand } from './az-commands.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/**
 * Checks that messages can be sent and received, and that the queue is declared as docs/settings.md says.
 *
 * @param role what the queue is for: `events` or `reconcile`
 */
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
      detail: 'the caller may not read the properties of the queue; docs/settings.md says what they must be',
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

/** Undefined: it succeeded. */
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
  // No command fixes a setting.
  if (error.code === 'setting-invalid') return { status: 'problem', detail: error.message };
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
        detail: `the identity lacks the role "Azure Service Bus Data ${role}", or the key lacks that claim`,
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
      detail: 'expired messages are dropped, not dead-lettered: their events are lost without a trace',
      fix: queueCommand('update', queue, '--enable-dead-lettering-on-message-expiration true'),
    },
    found.hasSessions && {
      status: 'problem',
      detail: 'the queue requires sessions, and Event Grid does not deliver to such a queue',
      fix: anew,
    },
    !found.detectsDuplicates && {
      status: 'warning',
      detail:
        'duplicates are not detected: a message that is sent twice is handled twice, which costs requests',
      fix: anew,
    },
    found.detectsDuplicates &&
      found.duplicateWindowMs < 10 * MINUTE_MS && {
        status: 'warning',
        detail: `duplicates are detected for ${found.duplicateWindowMs / 1000} s only; 10 minutes are needed`,
        fix: queueCommand('update', queue, '--duplicate-detection-history-time-window PT10M'),
      },
    found.timeToLiveMs < DAY_MS && {
      status: 'problem',
      detail: `messages expire after ${found.timeToLiveMs / 1000} s: an outage or a pause of that length turns them into dead letters`,
      fix: queueCommand('update', queue, '--default-message-time-to-live P14D'),
    },
    found.mostDeliveries < 5 && {
      status: 'warning',
      detail: `a message is dead-lettered after ${found.mostDeliveries} deliveries, and every crash of a worker costs one`,
      fix: queueCommand('update', queue, '--max-delivery-count 10'),
    },
    found.lockMs < 10_000 && {
      status: 'warning',
      detail: `a message is locked for ${found.lockMs / 1000} s only; if a worker renews the lock late, the message is delivered twice`,
      fix: queueCommand('update', queue, '--lock-duration PT5M'),
    },
  ];
  const problems = outcomes.filter((outcome) => outcome !== false);
  return problems.length > 0 ? problems : [{ status: 'ok', detail: 'its properties are as they should be' }];
}

function strip({ check, of, status, detail, fix }: Finding): Finding {
  return { check, of, status, detail, ...(fix !== undefined && { fix }) };
}

/**
 * Checks the event subscription by its effect: to read it takes rights on the resource of the source account, which a
 * mirror does not need otherwise.
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
      detail: `events arrive: the last change was mirrored at ${last.toISOString()}`,
    };
  return {
    ...about,
    status: 'unknown',
    detail: `no change was mirrored in the last hour: nothing was written at the source, no worker runs, or no event subscription delivers to ${queue}`,
    fix,
  };
}
