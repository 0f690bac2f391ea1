import { key, setKey } from '../state/call-api.ts';
import { textOf } from '../ui/elements.tsx';

/** Where the app asks for a function key, or no longer takes the one there is. */
export function KeyForm() {
  function submit(event: SubmitEvent): void {
    event.preventDefault();
    if (!(event.currentTarget instanceof HTMLFormElement)) return;
    const given = textOf(new FormData(event.currentTarget), 'code');
    if (given !== '') setKey(given);
  }

  return (
    <section class="key" aria-labelledby="key-title">
      <h2 id="key-title">This app asks for its key</h2>
      <p class="summary">
        {key.value === undefined
          ? 'What it shows and does is for those who have one.'
          : 'The one that was given is not taken.'}
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
        <code>az functionapp keys list</code> tells it. It stays in this tab and leaves with it. Where you
        sign in instead, <a href="/">open the page anew</a>.
      </p>
    </section>
  );
}
