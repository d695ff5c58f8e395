/** Attributes of an element with a tooltip, which `Tips` shows. Screen readers read the text after the element's name. */
export const tip = (text: string | undefined) =>
  text === undefined ? {} : { 'data-tip': text, 'aria-description': text };
