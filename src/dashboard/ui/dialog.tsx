import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { dismissNotice, notice, type Notice } from '../state/notice.ts';
import { Icon } from './elements.tsx';

interface DialogProps {
  readonly title: string;
  /** The label of the button that acts. */
  readonly confirm: string;
  readonly isDangerous?: boolean;
  /** Resolves to whether the action succeeded; if not, the dialog stays open. */
  readonly onConfirm: (fields: FormData) => Promise<boolean>;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** Asks before it acts. Escape and the first button close it without acting, and the focus returns to where it was. */
export function Dialog({ title, confirm, isDangerous, onConfirm, onClose, children }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Notice>();
  useEffect(() => element.current?.showModal(), []);

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (isBusy || !(event.currentTarget instanceof HTMLFormElement)) return;
    const fields = new FormData(event.currentTarget);
    setBusy(true);
    setFailure(undefined);
    const done = await onConfirm(fields);
    setBusy(false);
    if (done) {
      element.current?.close();
      return;
    }
    // The notice is behind the open dialog, where neither focus nor screen readers reach it.
    setFailure(notice.value);
    dismissNotice();
  }

  return (
    <dialog ref={element} aria-labelledby={heading} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <h2 id={heading}>{title}</h2>
        {children}
        <p class="alert" role="alert">
          {failure === undefined ? null : (
            <>
              <Icon shape="bad" /> {failure.text} <span>{failure.hint}</span>
            </>
          )}
        </p>
        <div class="buttons">
          <button type="button" class="quiet" onClick={() => element.current?.close()}>
            Cancel
          </button>
          <button type="submit" class={isDangerous ? 'danger' : 'primary'} aria-disabled={isBusy}>
            {confirm}
          </button>
        </div>
      </form>
    </dialog>
  );
}
