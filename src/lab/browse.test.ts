/** Problems to look at: in range whatever is asked for, the same by seed. */
import { describe, expect, it } from 'vitest';
import { taskByName, taskNames } from '../tasks';
import { BrowsedProblems, browsable, browsedCommand, MOST_BROWSED } from './browse';

describe('browsing', () => {
  it('brings what does not exist to what does', () => {
    expect(browsable({ task: 'parity', level: 99, seed: -4, index: 1e9 })).toEqual({
      task: 'parity',
      level: 32,
      seed: 0,
      index: MOST_BROWSED - 1,
    });
    const { name, level } = taskByName(taskNames[0]!);
    expect(browsable({ task: 'chess', level: 3, seed: 1, index: Number.NaN })).toEqual({
      task: name,
      level: level.initial,
      seed: 1,
      index: 0,
    });
  });

  it('finds the same problem by index in any order, another for another seed', () => {
    const [forwards, backwards, other] = [0, 0, 1].map((seed) => new BrowsedProblems('parity', 12, seed));
    const prompts = [0, 1, 2, 3].map((i) => forwards!.at(i).prompt);
    expect([3, 2, 1, 0].map((i) => backwards!.at(i).prompt).reverse()).toEqual(prompts);
    expect([0, 1, 2, 3].map((i) => other!.at(i).prompt)).not.toEqual(prompts);
  });

  it('names the command that prints it last', () => {
    expect(browsedCommand({ task: 'parity', level: 12, seed: 7, index: 2 })).toBe(
      'npm run lab -- data --task parity --level 12 --seed 7 -n 3',
    );
  });
});
