/**
 * Imported first: an older Node would fail later with an error that does not name its version. This file must run on any
 * Node that supports modules.
 */
const OLDEST = 22;

if (Number(process.versions.node.split('.')[0]) < OLDEST) {
  process.stderr.write(
    `blobmirror: this is Node ${process.versions.node}; it should be ${OLDEST} or newer\n`,
  );
  process.exit(2);
}
