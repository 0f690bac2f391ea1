import type { Status } from '../../model/status.ts';
import { PauseButton } from '../actions/pause-button.tsx';
import { overall } from '../state/overall.ts';
import { Icon } from '../ui/icon.tsx';

/** Whose mirror it is, how it is, and the one switch that holds it. */
export function Masthead({ status }: { readonly status: Status | undefined }) {
  const { shape, text } = overall.value;
  return (
    <header class="masthead">
      <h1>
        {status === undefined ? (
          'Blobmirror'
        ) : (
          <>
            <span>{status.source}</span> <Icon shape="to" />
            <span class="unseen">is mirrored to</span> <span>{status.backup}</span>
          </>
        )}
      </h1>
      <p class={`overall ${shape}`}>
        <Icon shape={shape} /> {text}
      </p>
      {status === undefined ? null : <PauseButton status={status} />}
    </header>
  );
}
