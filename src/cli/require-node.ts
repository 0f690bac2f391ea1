/**
 * Imported before anything else: an older Node would fail on the way with an error that says nothing of its age. This
 * file must run on any Node that knows modules.
 */
const OLDEST = 22;

if (Number(process.versions.node.split('.')[0]) < OLDEST) {
  process.stderr.write(
    `blobmirror: this is Node ${process.versions.node}; it should be ${OLDEST} or newer\n`,
  );
  process.exit(2);
}
