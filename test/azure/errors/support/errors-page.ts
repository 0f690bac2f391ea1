import { QUEUE_ERRORS } from '../../../../src/azure/queue/queue-error.ts';
import { NEVER_SENT, NO_TOKEN } from '../../../../src/azure/errors/storage-error.ts';
import { STATUS_ANSWERS, STORAGE_ANSWERS } from '../../../../src/azure/errors/storage-answers.ts';
import { ERRORS } from '../../../../src/model/errors.ts';
import { SKIP_HINTS } from '../../../../src/api/skip-hints.ts';

/** docs/errors.md, generated from the tables in the code. */
export function errorsPage(): string {
  return `# Errors

Made from the tables in the code; \`npx vitest run test/azure/errors/errors-page.test.ts --update\` makes it anew.

## What a code means

Every error that Blobmirror raises on purpose has one of these codes. It is in the log, and in the application
properties \`blobmirror-code\`, \`blobmirror-detail\` and \`blobmirror-hint\` of every message that was tried before,
dead letters included.

What becomes of the event that met it:

- **retry**: it comes back after a delay: up to 2 s at first, up to twice as long after each try, up to 1 minute where the
  account is in trouble and 5 minutes otherwise, and what the service asked for with \`Retry-After\` on top. An
  \`unexpected\` error is tried 5 times, every other for a day at the least.
- **park**: it goes to the dead-letter queue at once. Only a person can mend the cause.
- **ignore**: it is settled, with a line in the log.
- **fatal**: no event meets it. The process does not start, or what was asked of it is refused.

| code | event | what to do |
| --- | --- | --- |
${Object.entries(ERRORS)
  .map(([code, { disposition, hint }]) => `| \`${code}\` | ${disposition} | ${hint} |`)
  .join('\n')}

## Why a key is left as it is

A key whose two sides differ and that is not mirrored is a skip: its event is settled, and the log, the metrics and the
report of a full sync say why. The statement of the recovery point excepts it by name.

| reason | what to do |
| --- | --- |
${Object.entries(SKIP_HINTS)
  .map(([reason, hint]) => `| \`${reason}\` | ${hint} |`)
  .join('\n')}

## Answers of storage

What an answer means depends on whether it answers a read or a write: a write that was not refused for certain may have
been done. \`absent\` is proof that there is no such blob. \`backup-precondition-failed\` and \`source-precondition-failed\` are no errors: somebody
else was faster, and the key is read again. \`backup-leased\`, \`backup-immutable\` and \`backup-has-snapshots\` are skips, reported with their
reason. Rows marked *source* come from the backup account and speak of the source, which it was to copy from.

| status | service code | of | to a read | to a write |
| --- | --- | --- | --- | --- |
${STORAGE_ANSWERS.map(({ status, service, of, read, write }) => `| ${status} | \`${service}\` | ${of ?? ''} | ${read} | ${write} |`).join('\n')}

Any other answer goes by its status, first match first; what none covers is \`storage-rejected\`.

| status | to a read | to a write |
| --- | --- | --- |
${STATUS_ANSWERS.map(({ from, to, read, write }) => `| ${from === to ? from : `${from} to ${to}`} | ${read} | ${write} |`).join('\n')}

An answer is the service's when it has \`x-ms-request-id\`, \`x-ms-version\` or \`x-ms-error-code\`, of which proxies may take
some away. ${STATUS_ANSWERS.filter(({ ofServiceAlone }) => ofServiceAlone === true)
    .map(({ from }) => from)
    .join(
      ', ',
    )} and what no status covers say something only when they are the service's; from something else they are
\`answer-not-of-service\`, and to a write \`write-outcome-unknown\`. So is every answer of success that lacks what the service
always sends with an answer to that request, or has another body; a redirect is one, and is not followed.

## Requests without an answer

A read without an answer within a minute is \`storage-unavailable\`. So is a write that was never sent: ${codes(NEVER_SENT)}. Every other
write without an answer, after a time-out or a cut connection for some, is \`write-outcome-unknown\`. A token that could
not be had (${codes(NO_TOKEN)}) is \`storage-forbidden\`.

## Errors of Service Bus

When the queue does not take a message that is to come back or to be parked, it is sent again for up to two minutes.
Then the event goes back to the queue as it came, and Service Bus delivers it again.

| reason | code |
| --- | --- |
${Object.entries(QUEUE_ERRORS)
  .map(([reason, code]) => `| \`${reason}\` | \`${code}\` |`)
  .join('\n')}

## When an account has too much to do, or is gone

Each worker finds by itself how many requests an account takes at once: one more after each round without
\`storage-throttled\`, \`storage-unavailable\`, \`answer-not-of-service\` or \`write-outcome-unknown\`, half as many after one with. When even a single
request fails, the account is asked once in a while, every 10 seconds at the most, and all messages wait where they are:
those in hand for up to 45 seconds, all others in the queue. A \`Retry-After\` holds back every request to the account.
\`BLOBMIRROR_MAX_REQUESTS_PER_SECOND\` sets a limit of your own.
`;
}

function codes(names: ReadonlySet<string>): string {
  return [...names].map((name) => `\`${name}\``).join(', ');
}
