import { dismissNotice, notice } from '../state/notice.ts';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';

/** Tells what became of an action. The element is always there, or nobody would read it aloud when it fills. */
export function NoticeBar() {
  const told = notice.value;
  return (
    <div class="notice" role="status">
      {told === undefined ? null : (
        <div class={told.kind}>
          <Icon shape={told.kind === 'done' ? 'ok' : 'bad'} />
          <p>
            {told.text} {told.hint ? <span>{told.hint}</span> : null}
          </p>
          <Button kind="quiet" onPress={dismissNotice}>
            Dismiss
          </Button>
        </div>
      )}
    </div>
  );
}
