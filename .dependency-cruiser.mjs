import { packages, rooms } from './scripts/house/rooms.ts';

/** @type {string[]} */
const names = Object.keys(rooms);
/** The files of a room; not those of a room inside it that has a row of its own. */
/** @param {string} room */
const filesOf = (room) => {
  const inner = names
    .filter((name) => name.startsWith(`${room}/`))
    .map((name) => name.slice(room.length + 1));
  return inner.length === 0 ? `^${room}/` : `^${room}/(?!(?:${inner.join('|')})/)`;
};

export default {
  forbidden: [
    {
      name: 'no-cycle',
      comment: 'Arrows point down only.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    ...Object.entries(rooms).map(([room, below]) => ({
      name: `room-${room}`,
      comment: `${room} may import ${below.length === 0 ? 'no other room' : below.join(', ')}.`,
      severity: 'error',
      from: { path: filesOf(room) },
      to: { path: '^(?:src|packages/[^/]+/src)/', pathNot: [room, ...below].map(filesOf) },
    })),
    {
      name: 'room-unknown',
      comment: 'Every folder under src/ and packages/ has a row in the table above.',
      severity: 'error',
      from: { path: '^(?:src|packages/[^/]+/src)/', pathNot: names.map((room) => `^${room}/`) },
      to: {},
    },
    {
      name: 'workspace-by-name',
      comment: 'A workspace is imported by its name, through what it exports.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^packages/', dependencyTypesNot: ['aliased-workspace'] },
    },
    {
      name: 'workspace-by-name-in-workspaces',
      severity: 'error',
      from: { path: '^packages/([^/]+)/src/' },
      to: { path: '^packages/', pathNot: '^packages/$1/', dependencyTypes: ['local'] },
    },
    {
      name: 'workspace-alone',
      comment: 'A workspace and its tests know nothing of the product.',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^(?:src|test|bench|scripts)/' },
    },
    ...Object.entries(packages).map(([name, places]) => ({
      name: `package-${name}`,
      comment: `${name} is for ${places.join(', ')} only.`,
      severity: 'error',
      from: { path: '^(?:src|packages/[^/]+/src)/', pathNot: places.map((place) => `^${place}/`) },
      to: { path: `^node_modules/${name}/` },
    })),
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^packages/[^/]+/dist/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['blobmirror-source', 'import', 'node', 'types'],
    },
  },
};
