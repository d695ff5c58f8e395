/** Links: what is written is read again; what is not there is named. */
import { describe, expect, it } from 'vitest';
import { readAddress, writeAddress } from './address';

const data = { task: 'parity', level: 8, seed: 0, index: 0 };
const own = { problems: [], match: 'exact', tolerance: 0 } as const;
const read = (hash: string) => readAddress(hash, data, own);

describe('an address', () => {
  it.each([
    { view: 'train', step: null, group: null, rollout: 0, experiment: null, data },
    { view: 'rollouts', step: 12, group: 3, rollout: 5, experiment: null, data },
    { view: 'evaluate', step: null, group: null, rollout: 0, experiment: 'E3', data },
    { view: 'data', step: null, group: 0, rollout: 0, experiment: null, data: { ...data, task: 'addition', level: 2 } },
  ] as const)('is read as it was written: $view', (state) => {
    const { shown, browsed, faults } = read(writeAddress(state));
    const { data: chosen, ...rest } = state;
    expect(shown).toEqual(rest);
    expect(browsed).toEqual(chosen);
    expect(faults).toEqual([]);
  });

  it('is empty where nothing is chosen', () => {
    expect(read('')).toMatchObject({ shown: { view: 'train' }, browsed: data, faults: [] });
  });

  it.each([
    ['#view=party', 'there is no screen "party"; there are train, rollouts, evaluate, data'],
    ['#view=rollouts&step=-1', 'step="-1" is no whole number from 1'],
    ['#view=rollouts&step=1e3', 'step="1e3" is no whole number from 1'],
    ['#view=rollouts&step=99999999999', 'step="99999999999" is too large'],
    ['#view=data&n=0', 'n="0" is no whole number from 1'],
    ['#view=data&n=900', 'n=900 is more than the 500 that can be looked at'],
    ['#view=data&task=chess', 'there is no task "chess"'],
    ['#view=data&task=parity&level=9999', 'parity has no level 9999; the nearest is 32'],
    ['#view=train&view=data', 'view occurs twice; the first counts'],
    ['#veiw=data', '"veiw" is nothing that a link can choose'],
  ])('names what is not there: %s', (hash, fault) => {
    expect(read(hash).faults).toEqual([fault]);
  });

  it('names what is long in short', () => {
    expect(read(`#${'x'.repeat(100_000)}=1&view=${'y'.repeat(100_000)}`).faults.join().length).toBeLessThan(500);
  });
});
