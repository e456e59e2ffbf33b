/** The Ink tree: one absolutely placed box for each area of the screen. */
import { Box, Text, useInput, usePaste } from 'ink';
import { memo } from 'react';
import { useStore } from 'zustand/react';
import type { App } from './app.ts';
import { areas } from './frame.ts';
import type { Rect } from './layout.ts';
import { ansi } from './look.ts';
import { onInput, onPaste } from './router.ts';

/** The whole screen; it is drawn again when the store changes. */
export function Screen({ app }: { readonly app: App }) {
  const state = useStore(app.store);
  useInput((input, key) => onInput(app, input, key));
  usePaste(text => onPaste(app, text));
  return (
    <Box width={state.size.columns} height={state.size.rows}>
      {areas(state, app.bindings).map(({ id, rect, lines }) => (
        <AreaBox key={id} {...rect} text={lines.map(line => ansi(line, state.look)).join('\n')} />
      ))}
    </Box>
  );
}

/** Drawn again only where its text or its place changed. */
const AreaBox = memo(function AreaBox({ x, y, columns, rows, text }: Rect & { readonly text: string }) {
  return (
    <Box position="absolute" left={x} top={y} width={columns} height={rows}>
      <Text wrap="truncate-end">{text}</Text>
    </Box>
  );
});
