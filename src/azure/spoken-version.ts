import { SERVICE_VERSIONS, type ServiceVersion, type VersionStatus } from '../model/service-version.ts';

/**
 * The version by which the services of one account are asked. A service refuses a version that it does not know, and a
 * region may get one later than others, after a client already asks by it (azure-sdk-for-net#45302).
 */
export interface SpokenVersion {
  /** What is sent where a client would ask by `asked`: that, or an older one. */
  toSend(asked: string): string;
  /** What may be tried after a refusal of `version`, the newest first. */
  olderThan(version: string): readonly string[];
  /** `refused` was refused; `taken` is what is asked by from now on, undefined where no version was taken. */
  settle(refused: string, taken: string | undefined): void;
  /** The account answered by the version that it was asked by. */
  noteTaken(): void;
  status(): VersionStatus;
  /** Calls for what is known already, and whenever there is something new to tell. */
  onRefused(listener: (status: VersionStatus) => void): void;
}

/** @param pinned the one to ask by, on the user's word: there is no other to try */
export function createSpokenVersion(pinned?: ServiceVersion): SpokenVersion {
  let taken: string | undefined = pinned;
  let refused: string | undefined;
  let isTaken = false;
  let isRefusedWhole = false;
  const listeners = new Set<(status: VersionStatus) => void>();
  const told = new Set<string>();

  const status = (): VersionStatus => ({ refused, spoken: taken, isTaken, isRefusedWhole });

  function tell(): void {
    const text = JSON.stringify(status());
    if (told.has(text)) return;
    told.add(text);
    for (const listener of listeners) listener(status());
  }

  return {
    toSend: (asked) => (taken !== undefined && taken < asked ? taken : asked),
    olderThan: (version) => (pinned === undefined ? SERVICE_VERSIONS.filter((each) => each < version) : []),
    settle: (version, next) => {
      if (refused === undefined || version > refused) refused = version;
      isRefusedWhole = next === undefined;
      isTaken = !isRefusedWhole;
      // Where none was taken, the newest is the first to be tried again: the service may be mended.
      if (next === undefined) taken = pinned;
      else if (taken === undefined || next < taken) taken = next;
      tell();
    },
    noteTaken: () => {
      isTaken = true;
      // After it refused every one, the newest, or the one that the user named, was the first to be tried again.
      if (isRefusedWhole) refused = undefined;
      isRefusedWhole = false;
    },
    status,
    onRefused: (listener) => {
      if (refused !== undefined) listener(status());
      listeners.add(listener);
    },
  };
}

const known = new Map<string, SpokenVersion>();

/** One for all who connect to an account in this process: what one client learned serves the others. */
export function spokenVersionOf(url: string, pinned?: ServiceVersion): SpokenVersion {
  const { origin, pathname } = new URL(url);
  const name = `${origin}${pathname} ${pinned ?? ''}`;
  const found = known.get(name) ?? createSpokenVersion(pinned);
  known.set(name, found);
  return found;
}
