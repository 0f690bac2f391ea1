import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync } from 'node:fs';
import { AZCOPY, FOLDER, RCLONE } from './tools.ts';
import { tryTool } from './try-tool.ts';

/** Brings azcopy, which comes from npm, and fails with a line that says what to install when another tool is missing. */
export default function prepareTools(): void {
  if (!existsSync(AZCOPY)) {
    const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], {
      cwd: FOLDER,
      stdio: 'inherit',
    });
    if (status !== 0 || !existsSync(AZCOPY))
      throw new Error(
        `azcopy is missing: run "npm ci" in ${FOLDER}; its package is for Linux on x64 or arm64`,
      );
  }
  // The package ships it without the permission to run it.
  chmodSync(AZCOPY, 0o755);
  tryTool(AZCOPY, ['--version'], 'azcopy does not start: run "apt-get install libsecret-1-0"');
  tryTool(RCLONE, ['version'], 'rclone is missing: run "apt-get install rclone"');
}
