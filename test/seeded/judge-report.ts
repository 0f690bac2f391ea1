/** What vitest tells of a run. */
export interface Report {
  /** Of no test in particular: a process that died, a promise that nobody awaited. */
  readonly errors: readonly string[];
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** Whether tests noticed a fault: `by` is the test that failed, in `file`. Or why they did not, in words. */
export type Judgement =
  | { readonly kind: 'noticed'; readonly by: string; readonly file: string }
  | { readonly kind: 'unnoticed'; readonly why: string };

/** A test that hangs, or none that runs, says nothing about what the code did. */
const TIMED_OUT = /^Error: (?:Test|Hook) timed out in /;

/**
 * @param report undefined if there is none
 * @param isLoaded whether the source was loaded with the fault in it
 */
export function judgeReport(report: Report | undefined, isLoaded: boolean): Judgement {
  if (report === undefined) return unnoticed('the tests did not end in time, or their process died');
  if (!isLoaded) return unnoticed('no test loads the source');
  const tests = report.testResults.flatMap(({ name: file, assertionResults }) =>
    assertionResults.map((test) => ({ ...test, file })),
  );
  const failed = tests.filter(({ status }) => status === 'failed');
  const told = failed.find(({ failureMessages }) => !failureMessages.every((text) => TIMED_OUT.test(text)));
  if (told !== undefined) return { kind: 'noticed', by: told.fullName, file: told.file };
  if (failed.length > 0) return unnoticed('a test timed out, and none failed');
  const crashed = report.testResults.find(({ message }) => message !== '');
  if (crashed !== undefined)
    return unnoticed(`a file of tests could not be run: ${crashed.message.split('\n', 1)[0]}`);
  if (report.errors[0] !== undefined)
    return unnoticed(`no test failed, beside: ${report.errors[0].split('\n', 1)[0]}`);
  const passed = tests.filter(({ status }) => status === 'passed').length;
  return unnoticed(passed === 0 ? 'no test ran' : `${passed} tests passed`);
}

function unnoticed(why: string): Judgement {
  return { kind: 'unnoticed', why };
}
