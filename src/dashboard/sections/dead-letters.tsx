import type { Status } from '../../model/status.ts';
import { PurgeButton } from '../actions/purge-button.tsx';
import { count, counted } from '../format/figures.ts';
import { acknowledge, replay } from '../state/letters.ts';
import { Button } from '../ui/button.tsx';
import { Section } from '../ui/section.tsx';
import { LetterGroup } from './letter-group.tsx';

/** What is stuck and why, and the two ways out. */
export function DeadLetters({ status }: { readonly status: Status }) {
  const { count: all, isComplete, acknowledged, byCode } = status.deadLetters;
  if (all === 0) {
    const summary = isComplete ? 'Nothing is stuck.' : 'Whether anything is stuck cannot be seen now.';
    return <Section id="dead-letters" title="Dead letters" summary={summary} />;
  }
  const codes = Object.entries(byCode).toSorted(([, one], [, other]) => other - one);
  const open = all - acknowledged;
  return (
    <Section
      id="dead-letters"
      title="Dead letters"
      summary={
        <>
          {isComplete ? '' : 'More than '}
          {counted(all, 'change')} could not be mirrored.{' '}
          {open === 0
            ? 'All are acknowledged.'
            : acknowledged === 0
              ? ''
              : `${count(acknowledged)} are acknowledged.`}
        </>
      }
      actions={
        <>
          <Button kind="primary" onPress={async () => await replay({ all: true })}>
            Replay all
          </Button>
          {open === 0 ? null : <Button onPress={acknowledge}>Acknowledge</Button>}
          <PurgeButton choice={{ all: true }} number={all}>
            Purge all
          </PurgeButton>
        </>
      }
    >
      {codes.map(([code, number]) => (
        <LetterGroup key={code} code={code} number={number} now={status.at} isOpen={codes.length <= 3} />
      ))}
    </Section>
  );
}
