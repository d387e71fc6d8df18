/** Options in every place from which a JVM takes them, with the memory it sees. */
export interface Case {
  /** MiB. */
  readonly memory: number;
  readonly tool?: string;
  readonly jdk?: string;
  readonly command?: string;
  readonly forced?: string;
}

const MEMORIES = [64, 128, 200, 249, 250, 256, 300, 512, 777, 1024, 1536, 2048, 4096, 8192, 16_384, 65_536];
const ALONE = [
  '',
  '-Xmx96m',
  '-Xmx100m -Xmx64m',
  '-XX:MaxHeapSize=192m',
  '-Xmx64m -XX:MaxHeapSize=80m',
  '-Xmx0x6000000',
  '-Xmx100663296',
  '-Xmx97M',
  '-Xmx98304K',
  '-mx72m',
  '-XX:MaxRAMPercentage=70',
  '-XX:MaxRAMPercentage=33.3',
  '-XX:MinRAMPercentage=80',
  '-XX:MinRAMPercentage=30 -XX:MaxRAMPercentage=60',
  '-XX:MaxRAMFraction=2',
  '-XX:MaxRAMFraction=3',
  '-XX:MaxRAMPercentage=70 -XX:MaxRAMFraction=4',
  '-XX:MinRAMFraction=4',
  '-Xms48m',
  '-Xms160m',
  '-XX:InitialHeapSize=150m',
  '-XX:MinHeapSize=140m',
  '-Xms40m -Xmx80m',
  '-XX:+UseSerialGC',
  '-XX:+UseSerialGC -Xmx65m',
  '-XX:+UseG1GC -XX:MaxRAMPercentage=45',
  '-server -XX:MaxRAMPercentage=75.5 -Dx=y',
];
const TOGETHER: readonly Omit<Case, 'memory'>[] = [
  { tool: '-Xmx80m', command: '-Xmx96m' },
  { tool: '-Xmx80m', jdk: '-Xmx88m' },
  { jdk: '-Xmx80m', command: '-Xmx96m' },
  { tool: '-Xmx80m', jdk: '-Xmx88m', command: '-Xmx96m', forced: '-Xmx104m' },
  { command: '-Xmx96m', forced: '-XX:MaxRAMPercentage=50' },
  { tool: '-XX:MaxRAMPercentage=50', forced: '-Xmx64m' },
  { tool: '-XX:MaxRAMPercentage=50', command: '-XX:MaxRAMPercentage=60' },
  { tool: '-XX:MaxRAMPercentage=50', jdk: '-XX:MaxRAMPercentage=55', forced: '-XX:MaxRAMPercentage=65' },
  { tool: '-Xms200m', command: '-XX:MaxRAMPercentage=30' },
  { jdk: '"-XX:MaxRAMPercentage=40" -Xms20m' },
  { tool: '-XX:MaxRAM=600m' },
  { command: '-XX:MaxRAM=600m -XX:MaxRAMPercentage=50' },
];

export const CASES: readonly Case[] = [
  ...ALONE.flatMap((command, index) =>
    [MEMORIES[index % MEMORIES.length] ?? 512, 200, 1024, 8192].map((memory) => ({ memory, command })),
  ),
  ...MEMORIES.map((memory) => ({ memory })),
  ...MEMORIES.map((memory) => ({ memory, tool: '-XX:MaxRAMPercentage=70.0' })),
  ...TOGETHER.flatMap((options) => [256, 1024, 4096].map((memory) => ({ memory, ...options }))),
];
