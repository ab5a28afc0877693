import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from '@prometheus-io/client';

/** What a metric is called and means. */
export interface MetricOptions<L extends string> {
  /** `tagstream_<service>_<what>_<unit>`. */
  readonly name: string;
  readonly help: string;
  /** Label names; values must come from a small, closed set. */
  readonly labels?: readonly L[];
}

/** A gauge can be set when something happens or when it is read. */
export interface GaugeOptions<L extends string> extends MetricOptions<L> {
  /** Called before each scrape, to set the present value. */
  readonly collect?: (gauge: Gauge<L>) => void;
}

/** The metrics of one process. */
export interface Metrics {
  counter<L extends string = never>(options: MetricOptions<L>): Counter<L>;
  gauge<L extends string = never>(options: GaugeOptions<L>): Gauge<L>;
  /** @param buckets upper bounds in the unit of the metric. */
  histogram<L extends string = never>(
    options: MetricOptions<L> & { readonly buckets?: readonly number[] },
  ): Histogram<L>;
  /** Everything in the Prometheus text format. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** From a registry's quick answer to the slowest rollout step, in seconds. */
export const DEFAULT_BUCKETS_S: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300,
];

/** A registry of its own with the metrics of the process (memory, event loop, CPU) in it. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const common = <L extends string>({ name, help, labels = [] }: MetricOptions<L>) => ({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
  });
  return {
    counter: (options) => new Counter(common(options)),
    gauge: <L extends string>({ collect, ...options }: GaugeOptions<L>) => {
      const gauge: Gauge<L> = new Gauge<L>({
        ...common(options),
        ...(collect ? { collect: () => collect(gauge) } : {}),
      });
      return gauge;
    },
    histogram: ({ buckets = DEFAULT_BUCKETS_S, ...options }) =>
      new Histogram({ ...common(options), buckets: [...buckets] }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
