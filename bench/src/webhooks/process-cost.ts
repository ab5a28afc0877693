/** What a service's process has used up to now. */
export interface ProcessCost {
  readonly cpuSeconds: number;
  readonly rssMb: number;
}

/** Reads it from the service's own metrics. */
export async function processCost(adminUrl: string): Promise<ProcessCost> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text();
  const value = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
  return {
    cpuSeconds: value('process_cpu_seconds_total'),
    rssMb: value('process_resident_memory_bytes') / 1024 / 1024,
  };
}
