// Who may import whom. Rooms are the folders of src; src/random.ts, src/stats.ts and src/validation.ts are for all.
const may = {
  gpu: [],
  kernels: ['gpu'],
  graph: ['kernels', 'gpu'],
  // sizes of heads, the rotary table and the decoding step come from the kernels
  model: ['graph', 'kernels', 'gpu'],
  text: [],
  tasks: ['text'],
  rewards: ['text'],
  data: ['tasks', 'rewards', 'text'],
  // a completion is judged the same in training and in evaluation
  eval: ['data', 'tasks', 'rewards', 'text'],
  formats: ['model', 'text'],
  // GRPO asks the task's verifier; plans name the buffers of gpu and the constants of kernels
  train: ['model', 'graph', 'kernels', 'gpu', 'rewards', 'data', 'tasks', 'text'],
  lab: ['train', 'eval', 'data', 'tasks', 'rewards', 'formats', 'model', 'graph', 'gpu', 'text'],
  worker: ['lab', 'gpu'],
  // reads model folders, prints data, judges completions and reports evaluations without a run
  cli: ['lab', 'gpu', 'formats', 'data', 'eval', 'tasks', 'text', 'train'],
  // the presets of model, for Setup
  store: ['lab', 'worker', 'model'],
  views: ['store', 'lab', 'worker', 'model', 'tasks', 'rewards', 'text'],
};
/** Types alone may also come from here. */
const mayNameTypes = { views: ['train', 'gpu'], store: ['train', 'gpu'], worker: ['train'] };

const rooms = Object.keys(may);
/** Tests and their helpers may import from anywhere. */
const TEST = '\\.(test|fixture)\\.tsx?$';
/** Rooms of the lab, and which of the others each may import. */
const labMay = { recipe: [], run: ['recipe'], probe: ['recipe', 'run'], report: ['recipe', 'run', 'probe'] };
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
      comment: `of ${allowed.join(' and ')}, ${room} may import types alone`,
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
      comment: 'only tests import their helpers',
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
    {
      name: 'react-in-views',
      comment: 'only views names React',
      severity: 'error',
      from: { path: '^src/(?!views/)' },
      to: { path: 'node_modules/(react|react-dom|recharts)/' },
    },
    {
      name: 'comlink-in-worker',
      comment: 'only worker names comlink',
      severity: 'error',
      from: { path: '^src/(?!worker/)' },
      to: { path: 'node_modules/comlink/' },
    },
    {
      name: 'dawn-in-gpu',
      comment: 'only gpu names the WebGPU of Node',
      severity: 'error',
      from: { path: '^src/(?!gpu/)' },
      to: { path: 'node_modules/(webgpu|@sparticuz)/' },
    },
    {
      name: 'engine-in-rewards',
      comment: 'only rewards names the engine of custom terms',
      severity: 'error',
      from: { path: '^src/(?!rewards/)' },
      to: { path: 'node_modules/(quickjs-emscripten-core|@jitl)/' },
    },
    {
      name: 'node-off-the-page',
      comment: 'the page never reaches what only Node has',
      severity: 'error',
      from: { path: '^src/(worker|store|views)/', pathNot: TEST },
      to: { reachable: true, path: '^src/gpu/(node|bundled)\\.ts$' },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
  },
};
