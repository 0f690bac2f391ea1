// Completes, dead-letters and completes three messages in one tick, with rhea as it comes.
import { ServiceBusClient } from '@azure/service-bus';

const [connectionString, queue] = process.argv.slice(2);
const client = new ServiceBusClient(connectionString);
const receiver = client.createReceiver(queue);
const messages = [];
while (messages.length < 3) messages.push(...(await receiver.receiveMessages(3 - messages.length)));
await Promise.all([
  receiver.completeMessage(messages[0]),
  receiver.deadLetterMessage(messages[1]),
  receiver.completeMessage(messages[2]),
]);
await client.close();
