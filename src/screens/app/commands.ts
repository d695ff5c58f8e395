/** Commands of the palette, by group: views, the run on screen, this page, settings, recipes and stored runs. */
import { recipes } from '../../lab/recipe/presets';
import { continueRun, pause, resume, setSpeed, stepOnce, stop } from '../../store/control';
import { type LabState, openNewRun, openOverlay, openTaskPicker, show } from '../../store/lab';
import { switchRecipe } from '../../store/replace';
import { type ListedRun, openRun, titleOf } from '../../store/runs';
import { restartRecording, startTraining } from '../../store/start';
import { screens } from '..';
import { allFields, SECTIONS } from '../setup/fields';
import { setTheme, type Theme } from './theme';

export interface Command {
  readonly label: string;
  /** Further words that find it. */
  readonly words?: readonly string[];
  /** Key that does the same. */
  readonly key?: string;
  run(): void;
}

export interface CommandGroup {
  readonly title: string;
  readonly commands: readonly Command[];
  /** True for a long group, which shows only what a search finds. */
  readonly onlyFound?: boolean;
}

const SPEEDS = [1, 4, 16];
const THEMES: readonly Theme[] = ['light', 'dark', 'system'];

/** Commands that the state of the run on screen allows. */
export function runCommands({ source, status, runName, run }: LabState): Command[] {
  const isOver = status === 'finished' || status === 'failed' || status === 'loading';
  const restart: Command = { label: 'Restart the recording', run: () => void restartRecording() };
  if (isOver)
    return [
      ...(runName !== null && status !== 'loading' && run.summary === null
        ? [{ label: 'Continue the run', run: () => void continueRun(runName) }]
        : []),
      restart,
    ];
  const recorded = source === 'replay';
  return [
    status === 'playing'
      ? { label: 'Pause', key: 'Space', run: pause }
      : { label: 'Play', key: 'Space', words: ['resume'], run: resume },
    { label: 'One step', key: 's', run: stepOnce },
    { label: recorded ? 'To the end' : 'Stop', words: ['end'], run: () => void stop() },
    restart,
    ...(recorded ? SPEEDS.map((speed) => ({ label: `Speed ×${speed}`, run: () => setSpeed(speed) })) : []),
  ];
}

/** Opens a recipe in *New run*. Asks first if changes would be lost. */
async function openRecipe(name: string): Promise<void> {
  openNewRun();
  await switchRecipe(name);
}

const settings = allFields.map(({ path, title }): Command => {
  const section = SECTIONS.find(({ name }) => path.startsWith(`${name}.`))?.title;
  return { label: section ? `${section}: ${title}` : title, words: [path], run: () => openNewRun(path) };
});

/** @param stored runs of this browser */
export function commandGroups(state: LabState, stored: readonly ListedRun[]): readonly CommandGroup[] {
  return [
    { title: 'Go to', commands: screens.map(({ id, title }) => ({ label: title, run: () => show({ screen: id }) })) },
    { title: 'Run on screen', commands: runCommands(state) },
    {
      title: 'This page',
      commands: [
        { label: 'New run …', words: ['setup', 'settings', 'recipe'], run: () => openNewRun() },
        { label: 'Choose a task …', words: ['data', 'problems'], run: openTaskPicker },
        { label: `Train “${state.draft.title}”`, words: ['start'], run: () => void startTraining() },
        { label: 'Share …', words: ['link', 'copy'], run: () => openOverlay('share') },
        { label: 'Keys …', key: '?', words: ['shortcuts', 'help'], run: () => openOverlay('keys') },
        ...THEMES.map((theme) => ({ label: `Theme: ${theme}`, run: () => setTheme(theme) })),
      ],
    },
    {
      title: 'Stored runs',
      commands: stored.map((run) => ({
        label: `Open “${titleOf(run)}”`,
        words: [run.name],
        run: () => void openRun(run),
      })),
    },
    {
      title: 'Recipes',
      commands: recipes.map(({ name, title }) => ({
        label: `Recipe: ${title}`,
        words: [name],
        run: () => void openRecipe(name),
      })),
    },
    { title: 'Settings of New run', commands: settings, onlyFound: true },
  ];
}
