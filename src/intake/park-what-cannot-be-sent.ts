import { BlobmirrorError, toBlobmirrorError } from '../model/errors.ts';
import type { HintMessage } from '../model/hint-message.ts';
import { writeJson } from '../model/write-json.ts';
import type { HintQueue } from '../ports/hint-queue.ts';
import type { Logger } from '../telemetry/logger.ts';

/**
 * The queue, for an error that nobody knows: it is a defect and no outage, and to give the message back would only meet
 * it again, with its neighbours. What cannot be sent for one goes to the dead-letter queue, as bytes where it cannot be
 * written as it is. What cannot be written there either is thrown: the message goes back, and Service Bus dead-letters
 * it in the end.
 */
export function parkWhatCannotBeSent(queue: HintQueue, log: Logger): HintQueue {
  async function park(message: HintMessage): Promise<void> {
    try {
      await queue.deadLetter(message);
    } catch (thrown) {
      if (!isUnknown(thrown)) throw thrown;
      await queue.deadLetter({ ...message, event: Buffer.from(writeJson(message.event)) });
    }
  }

  return {
    sendLater: async (message, delayMs) => {
      try {
        await queue.sendLater(message, delayMs);
      } catch (thrown) {
        if (!isUnknown(thrown)) throw thrown;
        const error = new BlobmirrorError('unexpected', `it could not be sent: ${textOf(thrown)}`, {
          cause: thrown,
        });
        const { code, message: detail, hint } = error;
        log.error('a message could not be sent, and goes to the dead-letter queue', {
          messageId: message.messageId,
          code,
          detail,
          hint,
          error: thrown,
        });
        const { history } = message;
        await park({
          ...message,
          messageId: `${message.messageId}.p`,
          history: { ...history, parked: true, mirrored: false, lastError: { code, detail, hint } },
        });
      }
    },
    deadLetter: park,
  };
}

function isUnknown(thrown: unknown): boolean {
  return toBlobmirrorError(thrown).code === 'unexpected';
}

function textOf(thrown: unknown): string {
  return toBlobmirrorError(thrown).message;
}
