/** Problems for browsing: places out of range are clamped, and a seed gives the same problems again. */
import { describe, expect, it } from 'vitest';
import { taskByName, taskNames } from '../../tasks';
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

  it("shows the recipe's own problems at the levels that they have, where there are some", () => {
    const problems = [2, 6].map((level) => ({ prompt: `say ${level}`, answer: `${level}`, level }));
    const own = { problems, match: 'numeric', tolerance: 0.5 } as const;
    const wanted = { task: 'own', level: 5, seed: 0, index: 0 };
    expect(browsable(wanted, own)).toEqual({ ...wanted, level: 6 });
    expect(browsable(wanted).task).toBe(taskNames[0]);
    expect(new BrowsedProblems('own', 6, 0, own).at(0)).toMatchObject({ prompt: 'say 6', answer: '6' });
    expect(browsedCommand({ ...wanted, level: 6 }, own)).toBe(
      'npm run lab -- data --task own --data YOUR-FILE.jsonl --match numeric --tolerance 0.5 --level 6 --seed 0 -n 1',
    );
  });

  it('names the command that prints it last', () => {
    expect(browsedCommand({ task: 'parity', level: 12, seed: 7, index: 2 })).toBe(
      'npm run lab -- data --task parity --level 12 --seed 7 -n 3',
    );
  });
});
