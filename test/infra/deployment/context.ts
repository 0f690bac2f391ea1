import type { Context } from '../expected/expectation.ts';
import { placesIn } from './places.ts';
import type { WalkThrough } from './walk-through.ts';

/** What the expected values of a walk-through depend on. */
export function contextOf(walkThrough: WalkThrough): Context {
  const { parameters } = walkThrough;
  const isKnown =
    parameters['sourceKind'] !== '' ||
    parameters['sourceAccountName'] === '' ||
    parameters['sourceEndpoint'] !== '';
  const isLake = isKnown ? parameters['sourceKind'] === 'hierarchical' : undefined;
  return { parameters, places: placesIn(walkThrough), isLake };
}
