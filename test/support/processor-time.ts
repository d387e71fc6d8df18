/**
 * Milliseconds of processor time that this process spends on some work. For bounds on how work grows: the machine may be
 * busy with other things, so the clock on the wall says nothing.
 */
export async function processorTime(work: () => unknown): Promise<number> {
  const from = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1000;
}
