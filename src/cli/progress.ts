/** One line on stderr that overwrites itself; silent where stderr is not a terminal. */
export function progressLine(title: string): {
  update: (done: number, total: number, label: string) => void;
  end: () => void;
} {
  const { stderr } = process;
  if (!stderr.isTTY) return { update: () => undefined, end: () => undefined };
  const write = (text: string): void => void stderr.write(`\r\u001b[2K${text}`);
  write(`reviewing ${title} …`);
  return {
    update: (done, total, label) =>
      write(`reviewing ${title}: ${done}/${total} ${label}`.slice(0, (stderr.columns || 80) - 1)),
    end: () => write(''),
  };
}
