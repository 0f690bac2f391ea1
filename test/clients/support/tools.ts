import { fileURLToPath } from 'node:url';

export const FOLDER = fileURLToPath(new URL('..', import.meta.url));

const ARCHITECTURE = process.arch === 'arm64' ? 'arm64' : 'amd64';

export const AZCOPY = `${FOLDER}node_modules/@azure-tools/azcopy-linux/dist/bin/azcopy_linux_${ARCHITECTURE}`;
export const RCLONE = 'rclone';
/** The Azure CLI. */
export const AZ = 'az';
