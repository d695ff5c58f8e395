/** Address of the recorded run that the page plays. */
export const RECORDING = `${import.meta.env.BASE_URL}runs/parity-12.jsonl`;
