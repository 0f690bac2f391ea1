import { DamagedPage } from './damaged-page.ts';
import { COMES_AGAIN, MarkerWatch } from './marker-watch.ts';

interface SdkPage {
  readonly continuationToken?: string;
}

/** Pages of a listing of the SDK's, of which none may come again and again. @throws DamagedPage */
export async function* oncePaged<Page extends SdkPage>(
  pages: AsyncIterable<Page>,
): AsyncGenerator<Page, void, void> {
  const watch = new MarkerWatch();
  for await (const page of pages) {
    yield page;
    const { continuationToken: marker = '' } = page;
    if (marker !== '' && watch.repeats(marker)) throw new DamagedPage(COMES_AGAIN);
  }
}
