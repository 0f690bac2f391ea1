import { eachWalkThrough } from '../rule.ts';
import { isExpression } from '../deployment/walk-through.ts';

/**
 * What would be deployed can be said before: the compiler had nothing to leave out, and no condition waits for an answer
 * of Azure, but for the kind of a source that was not given. Assignments on accounts that may be outside of the mirror's
 * group are named by their principal, and names of private zones by the cloud.
 */
export const whatIfSees = eachWalkThrough(({ given, resources, diagnostics }) => {
  const asksKind = given['sourceAccountName'] !== undefined && given['sourceKind'] === undefined;
  return [
    ...diagnostics.map((diagnostic) => `what-if leaves something out: ${JSON.stringify(diagnostic)}`),
    ...resources
      .filter(
        ({ condition }) => condition !== undefined && !(asksKind && condition.includes("'isHnsEnabled'")),
      )
      .map(({ type, condition }) => `whether ${type} is deployed is known to Azure alone: ${condition}`),
    ...resources
      .filter(({ id, type }) => isExpression(id) && !/roleAssignments$|privateDnsZones/.test(type))
      .map(({ type, id }) => `the id of ${type} is known to Azure alone: ${id}`),
  ];
});
