// Which room may import which. docs/architecture.md says what each room is for; this says it to CI.
// A room that is not in the table may import nothing, so a new folder under src/ fails until it has a row.
const rooms = {
  functions: ['app'],
  // A page in a browser: it knows the values that the app answers with, and nothing that would run there.
  dashboard: ['model'],
  cli: ['app', 'host', 'local', 'config', 'telemetry', 'model'],
  local: ['amqp', 'telemetry', 'model'],
  host: ['amqp', 'telemetry', 'clock', 'model'],
  app: [
    'check',
    'control',
    'deadletter',
    'identity',
    'intake',
    'reconcile',
    'recovery',
    'activity',
    'mirror',
    'events',
    'azure',
    'ports',
    'clock',
    'config',
    'telemetry',
    'model',
  ],
  intake: ['mirror', 'events', 'ports', 'telemetry', 'clock', 'model'],
  reconcile: ['mirror', 'ports', 'telemetry', 'clock', 'model'],
  // What waits in the queue are events, and their times make the live recovery point.
  recovery: ['activity', 'mirror', 'events', 'ports', 'telemetry', 'clock', 'model'],
  activity: ['ports', 'telemetry', 'clock', 'model'],
  // What a request came to, in words and with the command that mends it. It makes no client.
  check: ['ports', 'clock', 'model'],
  // The heart asks nobody whether it may: who pauses is for the doors to know.
  control: ['ports', 'telemetry', 'clock', 'model'],
  // What a letter was about is for the room to say that reads events; that an account answers, for a port.
  deadletter: ['events', 'ports', 'telemetry', 'clock', 'model'],
  // Whose documents they are, and whether the accounts are what the settings take them for. It makes no client.
  identity: ['ports', 'clock', 'model'],
  mirror: ['ports', 'telemetry', 'model'],
  events: ['model'],
  azure: ['ports', 'telemetry', 'clock', 'model'],
  memory: ['ports', 'model'],
  ports: ['telemetry', 'model'],
  config: ['model'],
  telemetry: ['model'],
  amqp: [],
  // The clocks of the services, for whatever is decided or claimed by a time of day.
  clock: [],
  model: [],
};

/** Packages that stay in one place, so that the heart sees no SDK. */
const packages = {
  '@azure/storage-blob': ['azure', 'local'],
  '@azure/storage-file-datalake': ['azure'],
  '@azure/service-bus': ['app', 'azure', 'host'],
  '@azure/functions': ['functions'],
  '@azure/identity': ['app', 'azure'],
  azurite: ['local'],
  rhea: ['amqp', 'local'],
  zod: ['config', 'cli', 'control', 'deadletter', 'events', 'local', 'model', 'reconcile', 'recovery'],
  saxes: ['azure'],
  commander: ['cli'],
  'cli-table3': ['cli'],
  pino: ['telemetry'],
  preact: ['dashboard'],
  '@preact/signals': ['dashboard'],
  uplot: ['dashboard'],
  '@opentelemetry': ['telemetry'],
  '@azure/monitor-opentelemetry-exporter': ['telemetry'],
};

module.exports = {
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
      comment: `src/${room} may import ${below.length === 0 ? 'no other room' : below.join(', ')}.`,
      severity: 'error',
      from: { path: `^src/${room}/` },
      to: { path: '^src/', pathNot: `^src/(${[room, ...below].join('|')})/` },
    })),
    {
      name: 'room-unknown',
      comment: 'Every folder under src/ has a row in the table above.',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/(${Object.keys(rooms).join('|')})/` },
      to: {},
    },
    ...Object.entries(packages).map(([name, places]) => ({
      name: `package-${name}`,
      comment: `${name} is for ${places.join(', ')} only.`,
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/(${places.join('|')})/` },
      to: { path: `^node_modules/${name}/` },
    })),
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types'] },
  },
};
