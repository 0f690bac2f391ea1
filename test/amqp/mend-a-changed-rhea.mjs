// Mends a rhea whose insides differ from those that the mend was written for.
import rhea from 'rhea';
import { mendRheaSettlement } from '../../src/amqp/mend-rhea-settlement.ts';

const session = rhea.create_connection({}).create_session();
Object.assign(Object.getPrototypeOf(session.incoming), { update: () => undefined });
mendRheaSettlement();
