import { DataLakeServiceClient, StorageSharedKeyCredential } from '@azure/storage-file-datalake';
import type { LocalAccount } from '@blobmirror/local/connections';
import type { ReadyFile } from '../../../src/cli/ready-file.ts';
import { runBlobmirror } from '../../e2e/support/blobmirror-process.ts';
import { startEnvironment } from '../../e2e/support/start-environment.ts';
import { temporaryDirectory } from '../../e2e/support/temporary-directory.ts';
import { writeFiles } from './write-files.ts';

export interface LakeScene {
  readonly info: ReadyFile;
  /** The source, as the SDK has it. */
  readonly source: DataLakeServiceClient;
  readonly sas: string;
  /** The URL of a file system or a path of the source, signed. */
  url(path: string): string;
  /** All paths of a file system of the source, as they are listed. */
  paths(fileSystem: string): Promise<string[]>;
  /** A folder with files of several kinds. */
  readonly files: string;
  /** An empty folder for what the client keeps. */
  readonly scratch: string;
}

/** Hierarchical accounts without a worker: what is tried is whether a client can work with them. */
export async function startLakeScene(): Promise<LakeScene> {
  const { info, readyFile } = await startEnvironment(['--hns', '--no-worker']);
  const { stdout } = await runBlobmirror(['sas', `--local=${readyFile}`]);
  const sas = stdout.trim();
  const source = connect(info.source);
  return {
    info,
    source,
    sas,
    url: (path) => `${info.source.dfsEndpoint}/${path}?${sas}`,
    paths: async (fileSystem) => {
      const listing = source.getFileSystemClient(fileSystem).listPaths({ recursive: true });
      return (await Array.fromAsync(listing)).map(({ name }) => name ?? '');
    },
    files: await writeFiles(),
    scratch: await temporaryDirectory(),
  };
}

function connect({ accountName, accountKey, dfsEndpoint }: LocalAccount): DataLakeServiceClient {
  const credential = new StorageSharedKeyCredential(accountName, accountKey);
  return new DataLakeServiceClient(dfsEndpoint ?? '', credential);
}
