import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { counted } from '../format/figures.ts';
import { type Choice, purge } from '../state/letters.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { stayWithLetters } from '../ui/stay-with-letters.ts';

interface PurgeProps {
  readonly choice: Choice;
  readonly number: number;
  readonly label?: string;
  readonly children: ComponentChildren;
}

/** Throws dead letters away, once that was confirmed. */
export function PurgeButton({ choice, number, label, children }: PurgeProps) {
  const [isAsking, setAsking] = useState(false);
  const isPurged = useRef(false);
  return (
    <>
      <Button kind="quiet" {...(label !== undefined && { label })} onPress={() => setAsking(true)}>
        {children}
      </Button>
      {isAsking ? (
        <Dialog
          title={`Purge ${counted(number, 'dead letter')}?`}
          confirm="Purge"
          isDangerous
          onConfirm={async () => (isPurged.current = await purge(choice))}
          onClose={() => {
            setAsking(false);
            if (isPurged.current) stayWithLetters();
          }}
        >
          <p>
            The record of what failed is thrown away and nothing is mirrored. A reconcile still finds what is
            out of step; replay is the way to mend it now.
          </p>
        </Dialog>
      ) : null}
    </>
  );
}
