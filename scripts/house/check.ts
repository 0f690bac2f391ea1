/** Checks the structure of the sources: READMEs, sizes, and the picture in docs/architecture.md. Exit status 1 when something is wrong. */
import { checkHouse } from './check-house.ts';

const problems = await checkHouse();
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
