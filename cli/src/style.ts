import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

/** The text in a format when colours are shown, plain otherwise. */
export function styled(text: string, format: Format, isColoured: boolean): string {
  return isColoured ? styleText(format, text, { validateStream: false }) : text;
}

/** Colours for the phases of a rollout. */
export function styledPhase(phase: string, isColoured: boolean): string {
  switch (phase) {
    case 'Complete':
      return styled(phase, 'green', isColoured);
    case 'Failed':
      return styled(phase, 'red', isColoured);
    default:
      return styled(phase, 'yellow', isColoured);
  }
}
