import { key, setKey } from '../state/call-api.ts';
import { textOf } from '../ui/elements.tsx';

/** Asks for the function key: none was given, or the app refused it. */
export function KeyForm() {
  function submit(event: SubmitEvent): void {
    event.preventDefault();
    if (!(event.currentTarget instanceof HTMLFormElement)) return;
    const given = textOf(new FormData(event.currentTarget), 'code');
    if (given !== '') setKey(given);
  }

  return (
    <section class="key" aria-labelledby="key-title">
      <h2 id="key-title">This app needs a key</h2>
      <p class="summary">
        {key.value === undefined
          ? 'Enter it to see the mirror and to operate it.'
          : 'The app refused the key.'}
      </p>
      <form onSubmit={submit}>
        <label>
          Function key
          <input type="password" name="code" required autocomplete="off" />
        </label>
        <button type="submit" class="primary">
          Open
        </button>
      </form>
      <p class="soft">
        <code>az functionapp keys list</code> prints it. This tab keeps it and forgets it when you close the
        tab. If you sign in instead, <a href="/">reload the page</a>.
      </p>
    </section>
  );
}
