// Who may import whom. Rooms are the folders of src; src/random.ts, src/stats.ts and src/validation.ts are for all.
const may = {
  gpu: [],
  kernels: ['gpu'],
  graph: ['kernels', 'gpu'],
  // kernels give sizes of heads, the rotary table and the decoding step
  model: ['graph', 'kernels', 'gpu'],
  text: [],
  tasks: ['text'],
  rewards: ['text'],
  data: ['tasks', 'rewards', 'text'],
  // training and evaluation judge a completion in the same way
  eval: ['data', 'tasks', 'rewards', 'text'],
  formats: ['model', 'text'],
  // tensors of checkpoints
  runs: ['formats', 'model', 'text'],
  // GRPO uses the task's verifier; plans name buffers of gpu and constants of kernels
  train: ['model', 'graph', 'kernels', 'gpu', 'rewards', 'data', 'tasks', 'text'],
  lab: ['train', 'eval', 'data', 'tasks', 'rewards', 'formats', 'runs', 'model', 'graph', 'gpu', 'text'],
  worker: ['lab', 'gpu', 'runs'],
  // reads model folders, prints data, judges completions and reports evaluations without a run
  cli: ['lab', 'gpu', 'formats', 'runs', 'data', 'eval', 'tasks', 'text', 'train'],
  // the presets of model, for Setup
  store: ['lab', 'worker', 'model', 'runs'],
  screens: ['store', 'lab', 'worker', 'model', 'tasks', 'rewards', 'text'],
};
/** Rooms from which only types may come. */
const mayNameTypes = { screens: ['train', 'gpu'], store: ['train', 'gpu'], worker: ['train'] };

/** Packages that a single room may import. */
const onlyNamedBy = {
  screens: ['react', 'react-dom', 'recharts'],
  worker: ['comlink'],
  gpu: ['webgpu', '@sparticuz'],
  runs: ['@zip\\.js'],
  rewards: ['quickjs-emscripten-core', '@jitl'],
};

const rooms = Object.keys(may);
/** Tests and their helpers may import from anywhere. */
const TEST = '\\.(test|fixture)\\.tsx?$';
/** Rooms of the lab, and which of the others each may import. */
const labMay = {
  recipe: [],
  run: ['recipe'],
  probe: ['recipe', 'run'],
  // finds the arms that stored runs and their evaluations answer
  report: ['recipe', 'run', 'probe', 'stored', 'play', 'evaluate'],
  // inspects rollouts of stored runs
  stored: ['recipe', 'run', 'probe'],
  play: ['recipe', 'run', 'probe', 'stored'],
  // reads the steps of a journal as play does
  traces: ['recipe', 'run', 'probe', 'stored', 'play'],
  // evaluates models of stored runs and opened folders
  evaluate: ['recipe', 'run', 'probe', 'stored', 'play'],
};
const outside = (room, allowed) => `^src/(?!(${[room, ...allowed].join('|')})/)[^/]+/`;

module.exports = {
  forbidden: [
    ...rooms.map((room) => ({
      name: `${room}-imports`,
      comment: `${room} may import ${may[room].join(', ') || 'nothing of ours'}`,
      severity: 'error',
      from: { path: `^src/${room}/`, pathNot: TEST },
      to: {
        path: outside(room, may[room]),
        ...(mayNameTypes[room] ? { pathNot: `^src/(${mayNameTypes[room].join('|')})/` } : {}),
      },
    })),
    ...Object.entries(mayNameTypes).map(([room, allowed]) => ({
      name: `${room}-types-only`,
      comment: `${room} may import only types from ${allowed.join(' and ')}`,
      severity: 'error',
      from: { path: `^src/${room}/`, pathNot: TEST },
      to: {
        path: `^src/(${allowed.filter((name) => !may[room].includes(name)).join('|')})/`,
        dependencyTypesNot: ['type-only'],
      },
    })),
    ...Object.entries(labMay).map(([room, allowed]) => ({
      name: `lab-${room}-imports`,
      comment: `lab/${room} may import ${allowed.map((name) => `lab/${name}`).join(', ') || 'no other room of the lab'}`,
      severity: 'error',
      from: { path: `^src/lab/${room}/`, pathNot: TEST },
      to: { path: `^src/lab/(?!(${[room, ...allowed].join('|')})/)` },
    })),
    {
      name: 'fixtures-in-tests',
      comment: 'only tests may import their helpers',
      severity: 'error',
      from: { path: '^src/', pathNot: TEST },
      to: { path: '\\.fixture\\.tsx?$' },
    },
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    ...Object.entries(onlyNamedBy).map(([room, packages]) => ({
      name: `packages-of-${room}`,
      comment: `only ${room} may import ${packages.join(', ')}`,
      severity: 'error',
      from: { path: `^src/(?!${room}/)` },
      to: { path: `node_modules/(${packages.join('|')})/` },
    })),
    {
      name: 'node-off-the-page',
      comment: 'the page never reaches code that needs Node',
      severity: 'error',
      from: { path: '^src/(worker|store|screens)/', pathNot: TEST },
      to: { reachable: true, path: '^src/(gpu/(node|bundled)|runs/node[A-Z][a-z]+)\\.ts$' },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
  },
};
