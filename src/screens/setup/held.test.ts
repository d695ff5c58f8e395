/** New run with a draft that cannot run: the disabled button, and the reason. */
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { chooseRecipe, editDraft } from '../../store/draft';
import { lab } from '../../store/lab';
import { Row } from './Control';
import { FieldFaults } from './FieldFaults';
import { type Field, SECTIONS } from './fields';
import { TrainButton } from './TrainButton';

const PATH = 'reward.customSource';
const field = SECTIONS.flatMap(({ fields }) => fields).find(({ path }) => path === PATH) as Field;
const button = () => renderToStaticMarkup(createElement(TrainButton));
const program = (value: string) =>
  renderToStaticMarkup(createElement(Row, { field, value, errors: {}, edition: 0, hint: undefined }));
const HELD = /^<div[^>]*><button[^>]*disabled=""/;

beforeEach(() => {
  // rendered to text, React reads the initial state
  vi.spyOn(lab, 'getInitialState').mockImplementation(lab.getState);
  chooseRecipe('parity-12');
  lab.setState({ adapter: { kind: 'webgpu', name: 'any' }, compute: 'webgpu', memory: null, checked: null });
});
afterEach(() => void vi.restoreAllMocks());

describe('an own term that does not run', () => {
  beforeEach(() => {
    editDraft(PATH, '5');
    lab.setState({ checked: { source: '5', fault: 'line 1, column 1: it gives no function' } });
  });

  it('marks its field, with and without a weight', () => {
    const html = program('5');
    expect(html).toMatch(/<textarea[^>]*aria-invalid="true"/);
    expect(html).toContain('This does not run: line 1, column 1: it gives no function');
    expect(program('() => 1')).toMatch(/<textarea[^>]*aria-invalid="false"/);
  });

  it('holds training back where it has a weight', () => {
    expect(button()).not.toMatch(HELD);
    editDraft('reward.custom', 1);
    expect(button()).toMatch(HELD);
    expect(renderToStaticMarkup(createElement(FieldFaults, { paths: [PATH] }))).toMatch(
      /Fix this setting to train: .*Your own.*set the weight of your own term to 0/,
    );
  });
});

describe('a recipe that the device refuses', () => {
  beforeEach(() => lab.setState({ memory: { refused: 'it is too wide.' } }));

  it('holds training back, with the reason', () => {
    expect(button()).toMatch(HELD);
    expect(button()).toMatch(/This recipe cannot train here: it is too wide\..*Check again/);
  });

  it('does not hold the small recipe back on the CPU', () => {
    lab.setState({ compute: 'cpu' });
    expect(button()).not.toMatch(HELD);
    expect(button()).toMatch(/<button[^>]*disabled=""[^>]*>Train “Parity of 12 bits” on the CPU/);
  });
});

describe('on the CPU', () => {
  /** Labels of the buttons, without their times, which load later. */
  const labels = (forDraft = false) =>
    [...renderToStaticMarkup(createElement(TrainButton, { forDraft })).matchAll(/<button[^>]*>(.*?)<\/button>/gs)].map(
      ([, label = '']) => label.replace(/<!--.*?-->|<template.*?<\/template>/gs, ''),
    );
  beforeEach(() => lab.setState({ compute: 'cpu' }));

  it('each button says what it trains, and the small recipe is the first choice', () => {
    expect(labels()).toEqual(['Train the small model (CPU)', 'Train “Parity of 12 bits” on the CPU']);
  });

  it('a changed draft, and the drawer, come with the draft first', () => {
    expect(labels(true)).toEqual(['Train on the CPU', 'Train the small model (CPU)']);
    editDraft('sft.steps', 7);
    expect(labels()).toEqual(['Train on the CPU', 'Train the small model (CPU)']);
  });

  it('the small recipe is the only choice where it is the draft', () => {
    chooseRecipe('parity-8-nano');
    expect(labels()).toEqual(['Train on the CPU']);
  });
});
