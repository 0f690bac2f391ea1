// Patches a rhea whose internals differ from those that the patch was written for.
import rhea from 'rhea';
import { patchRheaSettlement } from '../src/patch-settlement.ts';

const session = rhea.create_connection({}).create_session();
Object.assign(Object.getPrototypeOf(session.incoming), { update: () => undefined });
patchRheaSettlement();
